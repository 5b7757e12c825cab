import { given } from '../../basics/given.ts'
import type { Provider } from '../provider.ts'
import { auth0Settings } from './settings.ts'

/** The metadata in the vendor's order. */
export const auth0Discovery: NonNullable<Provider['discovery']> = (document, { realm }) => {
  const of = (name: string) => document[name]
  return given({
    issuer: of('issuer'),
    authorization_endpoint: of('authorization_endpoint'),
    token_endpoint: of('token_endpoint'),
    device_authorization_endpoint: of('device_authorization_endpoint'),
    userinfo_endpoint: of('userinfo_endpoint'),
    mfa_challenge_endpoint: `${of('issuer')}mfa/challenge`,
    jwks_uri: of('jwks_uri'),
    registration_endpoint: of('registration_endpoint'),
    revocation_endpoint: of('revocation_endpoint'),
    scopes_supported: [
      ...['openid', 'profile', 'offline_access', 'name', 'given_name', 'family_name', 'nickname', 'email', 'email_verified'],
      ...['picture', 'created_at', 'identities', 'phone', 'address'],
    ],
    response_types_supported: ['code', 'token', 'id_token', 'code token', 'code id_token', 'token id_token', 'code token id_token'],
    code_challenge_methods_supported: ['S256', 'plain'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    token_endpoint_auth_signing_alg_values_supported: of('token_endpoint_auth_signing_alg_values_supported'),
    claims_supported: [
      ...['aud', 'auth_time', 'created_at', 'email', 'email_verified', 'exp', 'family_name', 'given_name', 'iat', 'identities'],
      ...['iss', 'name', 'nickname', 'phone_number', 'picture', 'sub'],
    ],
    request_uri_parameter_supported: false,
    request_parameter_supported: true,
    id_token_signing_alg_values_supported: ['HS256', 'RS256', 'PS256'],
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    end_session_endpoint: auth0Settings.of(realm.settings).end_session_in_discovery ? of('end_session_endpoint') : undefined,
    dpop_signing_alg_values_supported: of('dpop_signing_alg_values_supported'),
    pushed_authorization_request_endpoint: of('pushed_authorization_request_endpoint'),
    backchannel_authentication_endpoint: of('backchannel_authentication_endpoint'),
    backchannel_token_delivery_modes_supported: ['poll'],
  })
}
