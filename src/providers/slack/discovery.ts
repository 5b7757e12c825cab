import type { KeyDialect, PublicJwk } from '../../oauth/jose/keys.ts'
import type { Provider } from '../provider.ts'

/** The metadata in the vendor's order, and no more. */
export const slackDiscovery: NonNullable<Provider['discovery']> = (document) => ({
  issuer: document.issuer,
  authorization_endpoint: document.authorization_endpoint,
  token_endpoint: document.token_endpoint,
  userinfo_endpoint: document.userinfo_endpoint,
  jwks_uri: document.jwks_uri,
  scopes_supported: ['openid', 'profile', 'email'],
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: ['authorization_code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  claims_supported: ['sub', 'auth_time', 'iss'],
  claims_parameter_supported: false,
  request_parameter_supported: false,
  request_uri_parameter_supported: true,
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
})

/** Members in the vendor's order; a key does not say what it is for. */
function published({ e, n, kty, kid, alg }: PublicJwk): Record<string, unknown> {
  return { e, n, kty, kid, alg }
}

export const slackKeys: KeyDialect = {
  header: ({ alg, typ, kid }) => JSON.stringify({ typ, alg, kid }),
  published: (keys) => keys.map(published),
}
