import { given } from '../../../basics/given.ts'
import { readClaims } from '../../../oauth/jose/jwt.ts'
import type { StatementWording, TokenProfile } from '../../../oauth/model/token-profile.ts'
import { scopeClaims } from '../../../oauth/tokens/claims.ts'
import { newUuid } from '../ids.ts'
import { numberIn, RealmData, serviceAccountUser } from '../realm/data.ts'
import { furtherClaims, mappedClaims, toldScope } from './claims.ts'
import { accessTokens, codes, refreshTokens } from './formats.ts'
import { lifetimes } from './lifetimes.ts'
import { mapperInput } from './mapper-input.ts'

/** What the developer gave a user beyond what the vendor knows of. */
function ownClaims(told: Readonly<Record<string, unknown>>, claims: Readonly<Record<string, unknown>>) {
  const standard = Object.values(scopeClaims).flat()
  return Object.fromEntries(Object.entries(claims).filter(([name]) => name in told && !standard.includes(name)))
}

const idToken: StatementWording = (said, material) => {
  const { claims, user } = said
  const mapped = mappedClaims(mapperInput(said, material), 'id')
  const { exp, iat, iss, aud, sub, azp, nonce, sid, at_hash, c_hash, s_hash } = claims
  const { auth_time, acr, amr, realm_access, resource_access } = mapped
  return given({
    ...{ exp, iat, auth_time, jti: newUuid(), iss, aud, sub, typ: 'ID', azp, nonce, sid, at_hash, c_hash, acr, amr, s_hash },
    ...{ realm_access, resource_access },
    ...furtherClaims(mapped),
    ...ownClaims(claims, user.claims),
  })
}

const userinfo: StatementWording = (said, material) => {
  const mapped = mappedClaims(mapperInput(said, material), 'userinfo')
  const { realm_access, resource_access } = mapped
  return given({
    sub: said.claims.sub,
    realm_access,
    resource_access,
    ...furtherClaims(mapped),
    ...ownClaims(said.claims, said.user.claims),
  })
}

/** How the vendor's tokens look. */
export const keycloakTokens: TokenProfile = {
  access: accessTokens,
  refresh: refreshTokens,
  codes,
  lifetimes,
  tokenResponse(issued, material) {
    const realm = new RealmData(issued.space?.path.realm ?? '', material.documents)
    return given({
      access_token: issued.access_token,
      expires_in: issued.expires_in,
      refresh_expires_in: issued.refresh_expires_in ?? 0,
      refresh_token: issued.refresh_token,
      token_type: issued.token_type,
      id_token: issued.id_token,
      'not-before-policy': numberIn(realm.settings, 'notBefore') ?? 0,
      session_state: issued.grant.details.sid,
      scope: toldScope({ realm }, issued.scope),
      issued_token_type: issued.issued_token_type,
    })
  },
  introspection(answer, token, caller) {
    const { client_id, username, token_type, active } = answer
    // Whom a token is not for learns nothing of it, be it its own.
    const { clientHost, clientAddress, ...claims } = readClaims(token) ?? {}
    if (![claims.aud].flat().includes(caller.client_id)) return undefined
    // Where a service account's requests come from is in no session that would be remembered.
    const where = username === undefined ? {} : given({ clientHost, clientAddress })
    return given({ ...claims, ...where, client_id, username: username ?? `service-account-${client_id}`, token_type, active })
  },
  idToken,
  service_account: serviceAccountUser,
  userinfo: { scope: 'openid', body: userinfo },
}
