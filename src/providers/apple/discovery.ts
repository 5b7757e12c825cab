import type { Provider } from '../provider.ts'

/** The metadata, which have no more than this. */
export const appleDiscovery: NonNullable<Provider['discovery']> = (document) => ({
  issuer: document.issuer,
  authorization_endpoint: document.authorization_endpoint,
  token_endpoint: document.token_endpoint,
  revocation_endpoint: document.revocation_endpoint,
  jwks_uri: document.jwks_uri,
  response_types_supported: ['code'],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['openid', 'email', 'name'],
  token_endpoint_auth_methods_supported: ['client_secret_post'],
  claims_supported: [
    ...['aud', 'email', 'email_verified', 'exp', 'iat', 'is_private_email', 'iss', 'nonce', 'nonce_supported'],
    ...['real_user_status', 'sub', 'transfer_sub'],
  ],
})
