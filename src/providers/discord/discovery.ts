import type { KeyDialect, PublicJwk } from '../../oauth/jose/keys.ts'
import type { Provider } from '../provider.ts'

/** The few members that the vendor tells, in its order. Userinfo is not among them. */
export const discordDiscovery: NonNullable<Provider['discovery']> = ({ issuer, token_endpoint, jwks_uri }) => ({
  issuer,
  authorization_endpoint: String(token_endpoint).replace(/token$/, 'authorize'),
  token_endpoint,
  jwks_uri,
  response_types_supported: ['code', 'token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
})

function published({ kty, use, kid, alg, n, e }: PublicJwk): Record<string, unknown> {
  return { kty, use, kid, alg, n, e }
}

export const discordKeys: KeyDialect = { rsa_bits: 4096, published: (keys) => keys.map(published) }
