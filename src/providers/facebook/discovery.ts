import type { Provider } from '../provider.ts'

/** The metadata, which are for Limited Login alone: without a token endpoint. */
export const facebookDiscovery: NonNullable<Provider['discovery']> = ({ issuer, authorization_endpoint, jwks_uri }) => ({
  issuer,
  authorization_endpoint: `${String(authorization_endpoint).replace('//www.facebook.com', '//facebook.com')}/`,
  jwks_uri: `${jwks_uri}/`,
  response_types_supported: ['id_token', 'token id_token'],
  subject_types_supported: ['pairwise'],
  id_token_signing_alg_values_supported: ['RS256'],
  claims_supported: [
    ...['iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'nonce', 'at_hash', 'name', 'given_name', 'middle_name', 'family_name', 'email'],
    ...['picture', 'user_friends', 'user_birthday', 'user_age_range', 'user_link', 'user_hometown', 'user_location', 'user_gender'],
  ],
})
