import { hash } from 'node:crypto'
import { given } from '../../basics/given.ts'
import { randomText } from '../../basics/random.ts'
import { isPublic } from '../../oauth/clients/methods/registry.ts'
import { readClaims } from '../../oauth/jose/jwt.ts'
import type { KeyDialect } from '../../oauth/jose/keys.ts'
import { maskedHandles } from '../../oauth/model/handle.ts'
import type { Grant } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Space } from '../../oauth/model/space.ts'
import type { StatementWording, TokenFormat, TokenProfile } from '../../oauth/model/token-profile.ts'
import { charactersOf } from '../data/alphabet.ts'
import { verified } from './account-pages.ts'
import { groupsClaim } from './groups.ts'
import { isOrg, serverOf } from './settings.ts'

/** 43 characters of base64url behind the `AT.` of a `jti`. */
const handles = maskedHandles(charactersOf('url_safe'), 43)

/** Of codes and refresh tokens the last two tell the server. */
const sealed = maskedHandles(charactersOf('url_safe'), 41)

const serverIdOf = (space: Space | undefined) => (isOrg(space) ? '' : (space?.path.as ?? 'default'))

function seal(handle: string, space: Space | undefined): string {
  return hash('sha256', `${serverIdOf(space)} ${handle}`, 'base64url').slice(0, 2)
}

function makeSealed(id: number, space: Space | undefined): string {
  const handle = sealed.make(id)
  return handle + seal(handle, space)
}

/** Whether a code or refresh token that is one of ours was given at another server than is asked now. */
export function isOfAnotherServer(text: string, space: Space | undefined): boolean {
  return keyOfSealed(text) !== undefined && seal(text.slice(0, -2), space) !== text.slice(-2)
}

const keyOfSealed = (text: string) => (text.length === 43 ? sealed.key(text.slice(0, -2)) : undefined)

/** The id of the org as an identity provider, which its own users come from. */
export const orgIdp = '00ograntboxokta00001'

const orgTokenType = 'application/okta-internal-at+jwt'

/** No `typ` but that of the org server's access tokens; keys with their members in the vendor's order. */
export const oktaKeys: KeyDialect = {
  header: ({ kid, alg, typ }) => JSON.stringify(typ === 'JWT' ? { kid, alg } : { kid, alg, typ }),
  published: (keys) => keys.map(({ kty, alg, kid, use, e, n, ...rest }) => ({ kty, alg, kid, use, e, n, ...rest })),
}

/** A grant with a refresh token is told in the `jti`. */
function refreshPart({ id }: Grant, scope: string): string {
  return scopes(scope).includes('offline_access') ? `.oar${hash('sha256', String(id), 'hex').slice(0, 17)}` : ''
}

/** Access tokens: of a custom server for its audience, of the org server for the vendor's own API. */
const accessTokens: TokenFormat = {
  settings: [],
  make(draft, { documents, settings }) {
    const { client, user, grant, scope, space, issuer, details, iat, exp } = draft
    const org = isOrg(space)
    const [aud = org ? issuer : (serverOf(space, settings)?.audience ?? issuer)] = details.aud ?? []
    const claims = given({
      ver: 1,
      jti: `AT.${handles.make(draft.id)}${refreshPart(grant, scope)}`,
      iss: issuer,
      aud,
      iat,
      exp,
      cid: client.client_id,
      uid: user?.user_id,
      scp: scopes(scope),
      auth_time: grant.details.auth_time,
      sub: user?.username ?? client.client_id,
      groups: user === undefined || org ? undefined : groupsClaim(user, scope, documents, settings),
      cnf: details.cnf,
    })
    return { claims, alg: 'RS256', typ: org ? orgTokenType : 'JWT' }
  },
  keyOf(token) {
    const jti = readClaims(token)?.jti
    return typeof jti === 'string' && jti.startsWith('AT.') ? handles.key(jti.split('.')[1] ?? '') : undefined
  },
}

/** Beside an access token it is thin: what else is known of the user is at userinfo. */
const idToken: StatementWording = ({ claims, grant, user, scope }, { documents, settings }) => {
  const { sub, iss, aud, iat, exp, nonce, auth_time, at_hash, c_hash, name, email, azp, acr, amr, sid, s_hash, act, ...rest } = claims
  const asked = scopes(scope)
  const alone = at_hash === undefined
  const shown = grant.details.parameters?.[verified]
  const profile = asked.includes('profile')
  return given({
    sub,
    name: profile ? (name ?? (`${user.first_name} ${user.last_name}`.trim() || undefined)) : undefined,
    email: asked.includes('email') ? (email ?? user.email ?? undefined) : undefined,
    ver: 1,
    iss,
    aud,
    iat,
    exp,
    jti: `ID.${randomText(43)}`,
    amr: shown === undefined ? (grant.details.amr ?? ['pwd']) : ['mfa', shown, 'pwd'],
    idp: orgIdp,
    nonce,
    ...(alone ? rest : {}),
    preferred_username: profile ? user.username : undefined,
    auth_time,
    at_hash,
    c_hash,
    groups: groupsClaim(user, scope, documents, settings),
  })
}

/** All that is known of the user, and his groups. */
const userinfo: StatementWording = ({ claims, user, scope }, { documents, settings }) => {
  const { preferred_username, ...rest } = claims
  return given({
    ...rest,
    preferred_username: preferred_username === undefined ? undefined : user.username,
    groups: groupsClaim(user, scope, documents, settings),
  })
}

/** How the vendor's tokens look. */
export const oktaTokens: TokenProfile = {
  access: accessTokens,
  refresh: { make: ({ id, space }) => makeSealed(id, space), keyOf: keyOfSealed },
  codes: { make: (id, _client, _details, space) => makeSealed(id, space), keyOf: keyOfSealed },
  holds_at: (asked, issuer) => serverIdOf(asked) === serverIdOf(issuer),
  lifetimes: () => ({ id: 3600 }),
  tokenResponse: (issued) => ({
    token_type: issued.token_type,
    expires_in: issued.expires_in,
    access_token: issued.access_token,
    scope: issued.scope,
    refresh_token: issued.refresh_token,
    id_token: issued.id_token,
  }),
  idToken,
  introspection(answer, token, caller) {
    // Whoever shows an id alone learns of his own tokens.
    if (isPublic(caller) && answer.client_id !== caller.client_id) return undefined
    const { active, scope, username, exp, iat, sub, aud, iss, client_id } = answer
    const { jti } = readClaims(token) ?? {}
    return given({
      active,
      scope,
      username,
      exp,
      iat,
      sub: username ?? sub,
      aud: readClaims(token)?.aud ?? aud,
      iss,
      jti,
      token_type: 'Bearer',
      client_id,
      uid: username === undefined ? undefined : sub,
    })
  },
  userinfo: { scope: 'openid', body: userinfo },
}
