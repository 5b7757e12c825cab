import { scopes } from '../../oauth/model/scope.ts'
import type { StatementWording, TokenProfile, UserStatement } from '../../oauth/model/token-profile.ts'
import { groupClaims, partyClaims, upnOf } from './people-claims.ts'
import { wrongAudience } from './scopes.ts'
import { manifestOf } from './settings.ts'
import { issuersOf, oidIn, tenantFor } from './tenants.ts'
import { amrOf, anyUti, backdated, headerFor, opaque } from './tokens.ts'
import { graph } from './world.ts'

const isFirst = ({ space }: UserStatement) => space?.edition === 'v1'

/** The user flow of B2C, by path or by `p`; empty for a workforce tenant. */
export function policyOf({ space }: Pick<UserStatement, 'space'>): string {
  return space?.path.policy ?? ''
}

/** ID tokens of both versions: claims in alphabetical order behind the first five. */
export const entraIdToken: StatementWording = (said, { settings }) => {
  const { claims, client, user, scope, parameters, space } = said
  if (policyOf(said) !== '') return flowClaims(said)
  const asked = scopes(scope)
  const told = asked.includes('profile')
  const tid = tenantFor(space, user)
  // Hashes are for what goes through the browser.
  const inBrowser = parameters.grant_type === undefined
  const { v1, v2 } = issuersOf(String(claims.iss), tid)
  const first = isFirst(said)
  const { name, given_name, family_name } = partyClaims(user)
  const upn = upnOf(user)
  const { aio, rh } = opaque()
  const manifest = manifestOf(client, settings)
  const optional = (manifest.optionalClaims?.idToken ?? []).map(({ name }) => name)
  return {
    aud: claims.aud,
    iss: first ? v1 : v2,
    iat: Number(claims.iat) - backdated,
    nbf: Number(claims.iat) - backdated,
    exp: claims.exp,
    aio,
    amr: first ? amrOf(said.grant) : undefined,
    at_hash: inBrowser ? claims.at_hash : undefined,
    c_hash: inBrowser ? claims.c_hash : undefined,
    email: asked.includes('email') ? (user.email ?? undefined) : undefined,
    family_name: first || optional.includes('family_name') ? family_name : undefined,
    given_name: first || optional.includes('given_name') ? given_name : undefined,
    ...groupClaims(user, manifest, tid, inBrowser && claims.c_hash === undefined),
    idp: user.claims.idp,
    ipaddr: first ? '127.0.0.1' : undefined,
    login_hint: optional.includes('login_hint') ? loginHint(upn) : undefined,
    name: told || first ? name : undefined,
    nonce: claims.nonce,
    oid: told || first ? oidIn(tid, user) : undefined,
    preferred_username: told && !first ? upn : undefined,
    rh,
    roles: user.claims.roles,
    sid: optional.includes('sid') ? claims.sid : undefined,
    sub: claims.sub,
    tid: told || first ? tid : undefined,
    unique_name: first ? upn : undefined,
    upn: first || optional.includes('upn') ? upn : undefined,
    uti: anyUti(),
    ver: first ? '1.0' : '2.0',
  }
}

/** What `login_hint` tells a later sign-out: whom it means, unreadable. */
export function loginHint(upn: string): string {
  return `O.${Buffer.from(upn).toString('base64url')}`
}

/** The ID token of a B2C user flow. */
function flowClaims(said: UserStatement): Record<string, unknown> {
  const { claims, user } = said
  const { name, given_name, family_name } = partyClaims(user)
  return {
    ver: '1.0',
    iss: `${issuersOf(String(claims.iss)).v2}/`,
    sub: user.user_id,
    aud: claims.aud,
    exp: claims.exp,
    nonce: claims.nonce,
    iat: claims.iat,
    auth_time: claims.auth_time,
    oid: user.user_id,
    idp: user.claims.idp,
    newUser: user.claims.newUser,
    name,
    given_name,
    family_name,
    emails: user.email === null ? undefined : [user.email],
    tfp: policyOf(said),
    nbf: claims.iat,
  }
}

/** Its header is that of its version. */
export const entraIdTokenKey: NonNullable<TokenProfile['idTokenKey']> = (key, said) => headerFor(key, isFirst(said) ? 'v1' : 'v2')

/** Graph's userinfo, for whom the token of Graph is about. */
export const entraUserinfo: StatementWording = ({ claims, user, scope, aud }) => {
  if (aud !== undefined && !aud.includes(graph.identifier)) throw wrongAudience(aud)
  const { name, given_name, family_name } = partyClaims(user)
  return {
    sub: claims.sub,
    name,
    family_name,
    given_name,
    picture: `${graph.identifier}/v1.0/me/photo/$value`,
    email: scopes(scope).includes('email') ? (user.email ?? undefined) : undefined,
  }
}
