import { randomFrom, randomText } from '../../basics/random.ts'
import type { SigningKey } from '../../oauth/jose/jws.ts'
import { readClaims } from '../../oauth/jose/jwt.ts'
import type { Api } from '../../oauth/model/api.ts'
import { maskedHandles } from '../../oauth/model/handle.ts'
import type { Grant, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { CodeFormat, TokenDraft, TokenFormat, TokenMaterial } from '../../oauth/model/token-profile.ts'
import { subjectFor } from '../../oauth/realm/subject.ts'
import { hasShownFactor } from './conditional-access.ts'
import { groupClaims, partyClaims, upnOf } from './people-claims.ts'
import { apiOf, configured, isOpenId, readScope } from './scopes.ts'
import { manifestOf } from './settings.ts'
import { guidOf, issuersOf, oidIn, tenantFor } from './tenants.ts'
import { graph } from './world.ts'

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Sixteen bytes as base64url, whose last character has two bits. */
const ids = maskedHandles(base64url, 21)

/** The `uti` of a token: by it the token is found again. */
function utiOf(id: number): string {
  return ids.make(id) + randomFrom('AQgw', 1)
}

/** A `uti` of something that is not kept. */
export function anyUti(): string {
  return randomText(21) + randomFrom('AQgw', 1)
}

/** Opaque texts that real tokens have, and nobody reads. */
export function opaque() {
  return { aio: randomText(60), rh: `1.AXoA${randomText(44)}.` }
}

/** Five minutes, by which tokens say that they are older than they are. */
export const backdated = 300

/** The header of a JWT: the older version names the certificate as well; Graph's have a text that keeps others from checking them. */
export function headerFor(key: SigningKey, version: 'v1' | 'v2' | 'graph'): SigningKey {
  const { alg, kid } = key
  const x5t = version === 'v2' ? {} : { x5t: kid }
  const nonce = version === 'graph' ? { nonce: randomText(43) } : {}
  return { ...key, header: (typ) => JSON.stringify({ typ, ...nonce, alg, ...x5t, kid }) }
}

/** Access tokens, in the version that the API wants. */
export const entraAccessTokens: TokenFormat = {
  settings: ['signing_alg'],
  make(draft, material) {
    const api = audienceOf(draft, material)
    const version = api.token_version === '2' ? 'v2' : 'v1'
    const claims = version === 'v2' ? secondClaims(draft, api, material) : firstClaims(draft, api, material)
    const header = api.identifier === graph.identifier ? 'graph' : version
    return { claims, alg: material.settings.signing_alg, withHeader: (key) => headerFor(key, header) }
  },
  keyOf(token) {
    const uti = readClaims(token)?.uti
    return typeof uti === 'string' && uti.length === 22 ? ids.key(uti.slice(0, -1)) : undefined
  },
}

function audienceOf({ details, client }: TokenDraft, { settings }: TokenMaterial): Api {
  const [name = graph.identifier] = details.aud ?? []
  return apiOf(name, client, settings) ?? { identifier: name }
}

/** How the application showed who it is: not at all, by a secret, by a certificate. */
function proofOf({ client, parameters }: TokenDraft): '0' | '1' | '2' {
  if (parameters?.client_assertion !== undefined) return '2'
  return client.client_secret === null ? '0' : '1'
}

/** Names of scopes without their API; Graph's tokens have OpenID Connect's as well. */
function scpOf({ scope, client }: TokenDraft, api: Api, { settings }: TokenMaterial): string | undefined {
  const names = scopes(scope).flatMap((one) => {
    if (isOpenId(one)) return api.identifier === graph.identifier && one !== 'offline_access' ? [one] : []
    const { name } = readScope(one, client, settings)
    return name === '.default' ? [] : [name]
  })
  return names.length === 0 ? undefined : names.join(' ')
}

function rolesOf({ client, user }: TokenDraft, api: Api, { settings }: TokenMaterial): unknown {
  if (user !== undefined) return user.claims.roles
  const roles = configured(client, api, 'roles', settings)
  return roles.length === 0 ? undefined : roles
}

/** What both versions say of whom a token is about. */
function about(draft: TokenDraft, api: Api, material: TokenMaterial) {
  const { client, user } = draft
  const tid = tenantFor(draft.space, user)
  const principal = guidOf(`${tid} ${client.client_id}`)
  const subject = user && subjectFor(user, { app: { ...client.app, app_id: api.client_id ?? api.identifier } }, material)
  return {
    tid,
    oid: user === undefined ? principal : oidIn(tid, user),
    sub: subject ?? principal,
    scp: user === undefined ? undefined : scpOf(draft, api, material),
    roles: rolesOf(draft, api, material),
    groups: user === undefined ? {} : groupClaims(user, manifestOf(client, material.settings), tid),
    uti: utiOf(draft.id),
    ...opaque(),
  }
}

/** How the user showed who he is. */
export function amrOf(grant: Grant): string[] {
  return hasShownFactor(grant) ? ['pwd', 'mfa'] : ['pwd']
}

function times({ iat, exp }: TokenDraft) {
  return { iat: iat - backdated, nbf: iat - backdated, exp }
}

function firstClaims(draft: TokenDraft, api: Api, material: TokenMaterial) {
  const { client, user, issuer } = draft
  const { tid, oid, sub, scp, roles, groups, uti, aio, rh } = about(draft, api, material)
  const { given_name, family_name, name } = partyClaims(user)
  const upn = user && upnOf(user)
  return {
    aud: api.identifier,
    iss: issuersOf(issuer, tid).v1,
    ...times(draft),
    acr: user === undefined ? undefined : '1',
    aio,
    amr: user === undefined ? undefined : amrOf(draft.grant),
    app_displayname: client.app.name,
    appid: client.client_id,
    appidacr: proofOf(draft),
    family_name,
    given_name,
    ...groups,
    idp: user === undefined ? issuersOf(issuer).v1 : undefined,
    idtyp: user === undefined ? 'app' : undefined,
    ipaddr: user === undefined ? undefined : '127.0.0.1',
    name,
    oid,
    rh,
    roles,
    scp,
    sub,
    tid,
    unique_name: upn,
    upn,
    uti,
    ver: '1.0',
  }
}

function secondClaims(draft: TokenDraft, api: Api, material: TokenMaterial) {
  const { client, user, issuer } = draft
  const { tid, oid, sub, scp, roles, groups, uti, aio, rh } = about(draft, api, material)
  return {
    aud: api.client_id ?? api.identifier,
    iss: issuersOf(issuer, tid).v2,
    ...times(draft),
    aio,
    azp: client.client_id,
    azpacr: proofOf(draft),
    ...groups,
    name: partyClaims(user).name,
    oid,
    preferred_username: user && upnOf(user),
    rh,
    roles,
    scp,
    sub,
    tid,
    uti,
    ver: '2.0',
  }
}

/** A text in parts, of which the last finds its row. */
function partedHandles(begin: string, middle: string, end: number) {
  const handles = maskedHandles(base64url, end)
  return {
    make: (id: number) => `${begin}${randomText(63)}.${middle}${handles.make(id)}`,
    keyOf(text: string): number | undefined {
      const found = text.startsWith(begin) ? text.split('.')[2] : undefined
      return found?.startsWith(middle) === true ? handles.key(found.slice(middle.length)) : undefined
    },
  }
}

const refreshHandles = partedHandles('1.A', 'AgABAwEAAAD', 120)

/** Refresh tokens tell nothing. */
export const entraRefreshTokens: TokenFormat = { make: ({ id }) => refreshHandles.make(id), keyOf: refreshHandles.keyOf }

/** Nor do codes. */
export const entraCodes: CodeFormat = partedHandles('1.A', 'AgABBAIAAA', 120)

/** Whose token it is, as its client is told beside it: base64url of JSON. */
export function clientInfo(user: Pick<User, 'user_id'>, tid: string): string {
  return Buffer.from(JSON.stringify({ uid: oidIn(tid, user), utid: tid })).toString('base64url')
}
