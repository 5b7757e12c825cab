import { given } from '../../basics/given.ts'
import type { Provider } from '../provider.ts'
import { reservedScopes } from './grants.ts'
import { serverOf } from './settings.ts'

const auth_methods = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none']

/** The metadata as the vendor has them, members in its order. */
export const oktaDiscovery: NonNullable<Provider['discovery']> = (document, { realm, space }) => {
  const { scopes = {} } = serverOf(space, realm.settings) ?? {}
  return given({
    issuer: document.issuer,
    authorization_endpoint: document.authorization_endpoint,
    token_endpoint: document.token_endpoint,
    userinfo_endpoint: document.userinfo_endpoint,
    registration_endpoint: document.registration_endpoint,
    jwks_uri: document.jwks_uri,
    response_types_supported: ['code', 'id_token', 'code id_token', 'code token', 'id_token token', 'code id_token token'],
    response_modes_supported: ['query', 'fragment', 'form_post', 'okta_post_message'],
    grant_types_supported: document.grant_types_supported,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: [...reservedScopes, ...Object.keys(scopes)],
    token_endpoint_auth_methods_supported: auth_methods,
    claims_supported: [
      'iss',
      'ver',
      'sub',
      'aud',
      'iat',
      'exp',
      'jti',
      'auth_time',
      'amr',
      'idp',
      'nonce',
      'name',
      'nickname',
      'preferred_username',
      'given_name',
      'middle_name',
      'family_name',
      'email',
      'email_verified',
      'profile',
      'zoneinfo',
      'locale',
      'address',
      'phone_number',
      'picture',
      'website',
      'gender',
      'birthdate',
      'updated_at',
      'at_hash',
      'c_hash',
    ],
    code_challenge_methods_supported: ['S256'],
    introspection_endpoint: document.introspection_endpoint,
    introspection_endpoint_auth_methods_supported: auth_methods,
    revocation_endpoint: document.revocation_endpoint,
    revocation_endpoint_auth_methods_supported: auth_methods,
    end_session_endpoint: document.end_session_endpoint,
    request_parameter_supported: true,
    request_object_signing_alg_values_supported: document.request_object_signing_alg_values_supported,
    device_authorization_endpoint: document.device_authorization_endpoint,
    pushed_authorization_request_endpoint: document.pushed_authorization_request_endpoint,
    backchannel_authentication_endpoint: document.backchannel_authentication_endpoint,
    backchannel_token_delivery_modes_supported: ['poll'],
    dpop_signing_alg_values_supported: document.dpop_signing_alg_values_supported,
  })
}
