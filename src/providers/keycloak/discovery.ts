import type { Context } from '../../oauth/realm/context.ts'
import type { Route } from '../provider.ts'
import { RealmData } from './realm/data.ts'

const keyed = ['PS384', 'RS384', 'EdDSA', 'ES384']
const secret = ['HS256', 'HS512', 'ES256', 'RS256', 'HS384', 'ES512', 'PS256', 'PS512', 'RS512']
const signing = [...keyed, ...secret]
const asymmetric = [...keyed, 'ES256', 'RS256', 'ES512', 'PS256', 'PS512', 'RS512']
const encryption = ['ECDH-ES+A256KW', 'ECDH-ES+A192KW', 'ECDH-ES+A128KW', 'RSA-OAEP', 'RSA-OAEP-256', 'RSA1_5', 'ECDH-ES']
const content = ['A256GCM', 'A192GCM', 'A128GCM', 'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512']
const authentication = ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'tls_client_auth', 'client_secret_jwt']

/** The scopes in the order in which the vendor lists them. */
const scopeOrder = [
  ...['organization', 'roles', 'phone', 'basic', 'service_account', 'profile', 'acr', 'offline_access'],
  ...['microprofile-jwt', 'email', 'web-origins', 'address'],
]

/** The members of the discovery document that UMA's has, too. */
const ofUma = [
  ...['issuer', 'authorization_endpoint', 'token_endpoint', 'introspection_endpoint', 'end_session_endpoint'],
  ...['frontchannel_logout_session_supported', 'frontchannel_logout_supported', 'jwks_uri', 'grant_types_supported'],
  ...['response_types_supported', 'response_modes_supported', 'registration_endpoint', 'token_endpoint_auth_methods_supported'],
  ...['token_endpoint_auth_signing_alg_values_supported', 'scopes_supported'],
]

/** What User-Managed Access 2.0 has of the same; nothing of it works here. */
export const umaDiscovery: Route = {
  method: 'GET',
  path: '/realms/{realm}/.well-known/uma2-configuration',
  endpoint: 'discovery',
  handle({ context, base_url }) {
    const own = `${base_url}/realms/${encodeURIComponent(context.space?.path.realm ?? '')}`
    const at = (path: string) => `${own}/protocol/openid-connect/${path}`
    const ends = { authorization_endpoint: at('auth'), end_session_endpoint: at('logout') }
    const all = keycloakDiscovery(ends, context, base_url)
    const body = {
      ...Object.fromEntries(ofUma.map((name) => [name, all[name]])),
      resource_registration_endpoint: `${own}/authz/protection/resource_set`,
      permission_endpoint: `${own}/authz/protection/permission`,
      policy_endpoint: `${own}/authz/protection/uma-policy`,
    }
    return { status: 200, body }
  },
}

/** The vendor's discovery document, member for member; it says more than works here (see the vendor's page). */
export function keycloakDiscovery(
  document: Readonly<Record<string, unknown>>,
  { issuer, realm, space }: Context,
  base_url: string,
): Record<string, unknown> {
  const name = space?.path.realm ?? ''
  const own = `${base_url}/realms/${encodeURIComponent(name)}`
  const at = (path: string) => `${own}/protocol/openid-connect/${path}`
  const data = new RealmData(name, realm.documents)
  const scopes = data.scopes.filter(({ protocol }) => protocol === 'openid-connect').map((one) => one.name)
  const rank = (scope: string) => (scopeOrder.includes(scope) ? scopeOrder.indexOf(scope) : scopeOrder.length)
  const aliases = {
    token_endpoint: at('token'),
    revocation_endpoint: at('revoke'),
    introspection_endpoint: at('token/introspect'),
    device_authorization_endpoint: at('auth/device'),
    registration_endpoint: `${own}/clients-registrations/openid-connect`,
    userinfo_endpoint: at('userinfo'),
    pushed_authorization_request_endpoint: at('ext/par/request'),
    backchannel_authentication_endpoint: at('ext/ciba/auth'),
  }
  return {
    issuer,
    authorization_endpoint: document.authorization_endpoint,
    token_endpoint: at('token'),
    introspection_endpoint: at('token/introspect'),
    userinfo_endpoint: at('userinfo'),
    end_session_endpoint: document.end_session_endpoint,
    frontchannel_logout_session_supported: true,
    frontchannel_logout_supported: true,
    jwks_uri: at('certs'),
    check_session_iframe: at('login-status-iframe.html'),
    grant_types_supported: [
      ...['authorization_code', 'client_credentials', 'implicit', 'password', 'refresh_token'],
      ...['device_code', 'jwt-bearer', 'token-exchange', 'uma-ticket'].map((type) => `urn:ietf:params:oauth:grant-type:${type}`),
      'urn:openid:params:grant-type:ciba',
    ],
    acr_values_supported: ['0', '1'],
    response_types_supported: ['code', 'none', 'id_token', 'token', 'id_token token', 'code id_token', 'code token', 'code id_token token'],
    subject_types_supported: ['public', 'pairwise'],
    prompt_values_supported: ['none', 'login', 'consent', ...(data.settings.registrationAllowed === true ? ['create'] : [])],
    id_token_signing_alg_values_supported: signing,
    id_token_encryption_alg_values_supported: encryption,
    id_token_encryption_enc_values_supported: content,
    userinfo_signing_alg_values_supported: [...signing, 'none'],
    userinfo_encryption_alg_values_supported: encryption,
    userinfo_encryption_enc_values_supported: content,
    request_object_signing_alg_values_supported: [...signing, 'none'],
    request_object_encryption_alg_values_supported: encryption,
    request_object_encryption_enc_values_supported: content,
    response_modes_supported: ['query', 'fragment', 'form_post', 'query.jwt', 'fragment.jwt', 'form_post.jwt', 'jwt'],
    registration_endpoint: `${own}/clients-registrations/openid-connect`,
    token_endpoint_auth_methods_supported: authentication,
    token_endpoint_auth_signing_alg_values_supported: signing,
    introspection_endpoint_auth_methods_supported: authentication,
    introspection_endpoint_auth_signing_alg_values_supported: signing,
    authorization_signing_alg_values_supported: signing,
    authorization_encryption_alg_values_supported: encryption,
    authorization_encryption_enc_values_supported: content,
    claims_supported: [
      ...['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'name', 'given_name', 'family_name', 'preferred_username', 'email', 'acr'],
      ...['azp', 'nonce'],
    ],
    claim_types_supported: ['normal'],
    claims_parameter_supported: true,
    scopes_supported: ['openid', ...scopes.toSorted((one, other) => rank(one) - rank(other))],
    request_parameter_supported: true,
    request_uri_parameter_supported: true,
    require_request_uri_registration: true,
    code_challenge_methods_supported: ['plain', 'S256'],
    tls_client_certificate_bound_access_tokens: true,
    dpop_signing_alg_values_supported: asymmetric,
    revocation_endpoint: at('revoke'),
    revocation_endpoint_auth_methods_supported: authentication,
    revocation_endpoint_auth_signing_alg_values_supported: signing,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    device_authorization_endpoint: at('auth/device'),
    backchannel_token_delivery_modes_supported: ['poll', 'ping'],
    backchannel_authentication_endpoint: at('ext/ciba/auth'),
    backchannel_authentication_request_signing_alg_values_supported: asymmetric,
    require_pushed_authorization_requests: false,
    pushed_authorization_request_endpoint: at('ext/par/request'),
    mtls_endpoint_aliases: aliases,
    authorization_response_iss_parameter_supported: true,
  }
}
