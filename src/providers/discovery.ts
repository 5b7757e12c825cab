import { scopeClaims } from '../oauth/claims.ts'
import type { Settings } from '../oauth/settings.ts'
import type { Provider } from './provider.ts'

/** The addresses that a discovery document is made of, without slashes at their ends. */
export interface DiscoveryAddresses {
  issuer: string
  /** Where browsers reach the sandbox. */
  public_url: string
  /** Where clients reach it. */
  internal_url: string
}

/** The metadata of RFC 8414 §2 and OpenID Connect Discovery §3: what works, and nothing else. */
export function discoveryDocument(provider: Provider, settings: Settings, addresses: DiscoveryAddresses): Record<string, unknown> {
  const { paths } = provider
  const at = (path: string | undefined) => (path === undefined ? undefined : addresses.internal_url + path)
  const algs = [...provider.signing_algs, 'HS256']
  const auth_methods = ['client_secret_basic', 'client_secret_post', 'none']
  return {
    issuer: addresses.issuer,
    authorization_endpoint: addresses.public_url + paths.authorize,
    token_endpoint: at(paths.token),
    userinfo_endpoint: at(paths.userinfo),
    jwks_uri: at(paths.jwks),
    introspection_endpoint: at(paths.introspection),
    revocation_endpoint: at(paths.revocation),
    device_authorization_endpoint: at(paths.device_authorization),
    scopes_supported: provider.scopes.map((scope) => scope.name),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: provider.grant_types,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: paths.userinfo === undefined ? undefined : algs,
    userinfo_signing_alg_values_supported: paths.userinfo === undefined ? undefined : algs,
    token_endpoint_auth_methods_supported: auth_methods,
    introspection_endpoint_auth_methods_supported:
      paths.introspection === undefined ? undefined : auth_methods.filter((one) => one !== 'none'),
    revocation_endpoint_auth_methods_supported: paths.revocation === undefined ? undefined : auth_methods,
    code_challenge_methods_supported: settings.strictness === 'rfc' ? ['S256'] : ['S256', 'plain'],
    claims_supported: paths.userinfo === undefined ? undefined : ['sub', ...Object.values(scopeClaims).flat()],
  }
}
