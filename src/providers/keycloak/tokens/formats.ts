import { given } from '../../../basics/given.ts'
import { readClaims } from '../../../oauth/jose/jwt.ts'
import { tokenExchangeType } from '../../../oauth/model/grant-names.ts'
import { scopes } from '../../../oauth/model/scope.ts'
import type { CodeFormat, TokenDraft, TokenFormat } from '../../../oauth/model/token-profile.ts'
import { newUuid, uuidHandles } from '../ids.ts'
import { serviceAccountId } from '../realm/data.ts'
import { furtherClaims, isLightweight, mappedClaims, toldScope } from './claims.ts'
import { inHashOrder } from './hash-order.ts'
import { type MapperInput, mapperInput } from './mapper-input.ts'

/** What the second half of a `jti`'s first part says of how the token was asked for. */
const grants: Readonly<Record<string, string>> = {
  authorization_code: 'ac',
  password: 'ro',
  refresh_token: 'rt',
  client_credentials: 'cc',
  'urn:ietf:params:oauth:grant-type:device_code': 'dg',
  'urn:openid:params:grant-type:ciba': 'ci',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'ag',
  [tokenExchangeType]: 'te',
}

/** `onrtac:`: of an online, offline or transient session, a regular or lightweight token, and the grant type. */
function context({ grant, parameters, scope }: TokenDraft, input: MapperInput): string {
  const { sid, vendor } = grant.details
  // Of another client's session.
  const exchanged = vendor?.exchanged === true
  const session = sid === undefined ? 'tr' : exchanged ? 'nt' : isOffline(scope) ? 'of' : 'on'
  return `${session}${isLightweight(input) ? 'lt' : 'rt'}${grants[parameters?.grant_type ?? ''] ?? 'na'}`
}

/** Whether a grant outlives its session. */
export function isOffline(scope: string): boolean {
  return scopes(scope).includes('offline_access')
}

function idIn(token: string): number | undefined {
  const { jti, typ } = readClaims(token) ?? {}
  return typeof jti === 'string' && typ !== 'ID' ? uuidHandles.key(jti.slice(jti.indexOf(':') + 1)) : undefined
}

/** What a token was exchanged for, out of what it might be used at. */
function audienceOf({ grant, details }: TokenDraft, mapped: readonly string[]): string | string[] | undefined {
  const wanted = grant.grant_type === tokenExchangeType ? details.aud : undefined
  const aud = wanted === undefined ? mapped : mapped.filter((one) => wanted.includes(one))
  return aud.length <= 1 ? aud[0] : [...aud]
}

/** A token that was exchanged for an audience tells of roles there alone. */
function within({ grant, details }: TokenDraft, resource_access: unknown): unknown {
  const wanted = grant.grant_type === tokenExchangeType ? details.aud : undefined
  if (wanted === undefined || typeof resource_access !== 'object' || resource_access === null) return resource_access
  const kept = Object.entries(resource_access).filter(([client_id]) => wanted.includes(client_id))
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function subjectOf({ user, client }: TokenDraft): string {
  return user?.user_id ?? serviceAccountId(client)
}

/** The vendor's access tokens, claims in its order. */
export const accessTokens: TokenFormat = {
  make(draft, material) {
    const input = mapperInput(draft, material)
    const mapped = mappedClaims(input, 'access')
    const { aud = [], sub, auth_time, acr, amr, realm_access, resource_access } = mapped
    const claims = given({
      exp: draft.exp,
      iat: draft.iat,
      auth_time,
      jti: `${context(draft, input)}:${uuidHandles.make(draft.id)}`,
      iss: draft.issuer,
      aud: audienceOf(draft, [aud].flat().map(String)),
      sub: sub === true ? subjectOf(draft) : undefined,
      typ: draft.details.cnf?.jkt === undefined ? 'Bearer' : 'DPoP',
      azp: draft.client.client_id,
      sid: draft.grant.details.sid,
      acr,
      amr,
      'allowed-origins': mapped['allowed-origins'],
      realm_access,
      resource_access: within(draft, resource_access),
      cnf: draft.details.cnf,
      scope: toldScope(input, draft.scope),
      ...furtherClaims(mapped),
    })
    const typ = input.clientData.attributes['access.token.header.type.rfc9068'] === 'true' ? 'at+jwt' : 'JWT'
    return { claims, alg: 'RS256', typ }
  },
  keyOf: idIn,
}

/** The vendor's refresh tokens: JWTs that the realm alone can check. */
export const refreshTokens: TokenFormat = {
  make(draft, material) {
    const input = mapperInput(draft, material)
    const { scopes: inForce } = input
    const { sub, aud } = mappedClaims(input, 'access')
    const offline = isOffline(draft.scope)
    const names = inForce.map(({ name }) => name)
    const claims = given({
      exp: draft.exp,
      iat: draft.iat,
      jti: uuidHandles.make(draft.id),
      iss: draft.issuer,
      aud: draft.issuer,
      sub: sub === true ? subjectOf(draft) : undefined,
      typ: offline ? 'Offline' : 'Refresh',
      azp: draft.client.client_id,
      sid: draft.grant.details.sid,
      cnf: draft.details.cnf,
      scope: [...(scopes(draft.scope).includes('openid') ? ['openid'] : []), ...names].join(' '),
      // Whom the access tokens are for.
      aud_x: audienceOf(draft, inHashOrder([aud ?? []].flat().map(String))),
      prov: 'default',
      reuse_id: material.settings.rotation === 'strict' ? newUuid() : undefined,
    })
    return { claims, alg: 'HS512' }
  },
  keyOf: idIn,
}

/** `{uuid}.{session}.{client}`. */
export const codes: CodeFormat = {
  make: (id, { app }, { sid = '' }) => `${uuidHandles.make(id)}.${sid}.${app.app_id}`,
  keyOf: (code) => uuidHandles.key(code.split('.')[0] ?? ''),
}
