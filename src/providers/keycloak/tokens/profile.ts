import { given } from '../../../basics/given.ts'
import { readClaims } from '../../../oauth/jose/jwt.ts'
import type { StatementWording, TokenProfile } from '../../../oauth/model/token-profile.ts'
import { scopeClaims } from '../../../oauth/tokens/claims.ts'
import { newUuid } from '../ids.ts'
import { numberIn, RealmData, serviceAccountUser } from '../realm/data.ts'
import { furtherClaims, mappedClaims, toldScope } from './claims.ts'
import { accessTokens, codes, isOffline, refreshTokens } from './formats.ts'
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
  lifetimes({ client, grant, scope }, { documents, settings }) {
    const realm = new RealmData('', documents)
    const { attributes } = realm.client(client)
    const ofRealm = (name: string) => numberIn(realm.settings, name)
    const ofClient = (name: string) => (attributes[name] === undefined ? undefined : Number(attributes[name]))
    const implicit = grant.grant_type === 'implicit' ? (ofRealm('accessTokenLifespanForImplicitFlow') ?? 900) : undefined
    const access = implicit ?? ofClient('access.token.lifespan') ?? ofRealm('accessTokenLifespan') ?? settings.access_token_ttl
    if (isOffline(scope)) return { access, id: access, refresh: 0 }
    const idle = [ofClient('client.session.idle.timeout'), ofRealm('clientSessionIdleTimeout'), ofRealm('ssoSessionIdleTimeout')]
    return { access, id: access, refresh: idle.find((one) => one !== undefined && one > 0) ?? settings.refresh_token_ttl }
  },
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
