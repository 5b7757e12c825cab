import type { Provider } from '../provider.ts'
import { googleSettings } from './settings.ts'

/** The metadata as the vendor has them, members in its order. */
export const googleDiscovery: NonNullable<Provider['discovery']> = (
  { issuer, authorization_endpoint, device_authorization_endpoint, token_endpoint, userinfo_endpoint, jwks_uri },
  { realm },
) => ({
  issuer,
  authorization_endpoint,
  device_authorization_endpoint,
  token_endpoint,
  userinfo_endpoint,
  revocation_endpoint: String(token_endpoint).replace(/\/token$/, '/revoke'),
  jwks_uri,
  response_types_supported: ['code', 'token', 'id_token', 'code token', 'code id_token', 'token id_token', 'code token id_token', 'none'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['openid', 'email', 'profile'],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  claims_supported: ['aud', 'email', 'email_verified', 'exp', 'family_name', 'given_name', 'iat', 'iss', 'name', 'picture', 'sub'],
  code_challenge_methods_supported: ['plain', 'S256'],
  grant_types_supported: [
    ...['authorization_code', 'refresh_token'],
    ...['urn:ietf:params:oauth:grant-type:device_code', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
  ],
  ...(googleSettings.of(realm.settings).response_iss && { authorization_response_iss_parameter_supported: true }),
})
