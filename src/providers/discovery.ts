import { promptValues } from '../oauth/authorization/parameters.ts'
import { requestObjectAlgs } from '../oauth/authorization/request-object.ts'
import type { AuthMethod } from '../oauth/clients/methods/method.ts'
import { authMethods, clientAuthMethods } from '../oauth/clients/methods/registry.ts'
import { secretAlgs } from '../oauth/jose/jws.ts'
import { clientSigningAlgs } from '../oauth/jose/verification.ts'
import type { Settings } from '../oauth/model/settings.ts'
import { listModes, servedGrantTypes, servedResponseTypes, usualResponseModes } from '../oauth/realm/response-type.ts'
import { scopeClaims } from '../oauth/tokens/claims.ts'
import { type Encrypted, encryptionAlgs, encryptionEncs } from '../oauth/tokens/encryption.ts'
import type { Provider } from './provider.ts'

/** The addresses that a discovery document is made of, without slashes at their ends. */
export interface DiscoveryAddresses {
  issuer: string
  /** Whether every client knows the sandbox by this issuer. */
  is_only_issuer: boolean
  /** Where browsers reach the sandbox. */
  public_url: string
  /** Where clients reach it. */
  program_url: string
  /** Where clients are asked for a certificate, undefined when nowhere. */
  certificate_url: string | undefined
}

/** The metadata of RFC 8414 §2 and OpenID Connect Discovery §3: what works, and nothing else. */
export function discoveryDocument(provider: Provider, settings: Settings, addresses: DiscoveryAddresses): Record<string, unknown> {
  const { paths } = provider
  const at = (path: string | undefined) => (path === undefined ? undefined : addresses.program_url + path)
  const algs = responseAlgs(provider, settings)
  const { certificate_url } = addresses
  // In the provider's own order.
  const methods = (provider.auth_methods ?? clientAuthMethods)
    .flatMap((name) => authMethods.find((method) => method.name === name) ?? [])
    .filter(({ by_certificate }) => certificate_url !== undefined || !by_certificate)
  const auth_methods = methods.map(({ name }) => name)
  const signing_algs = assertionAlgs(methods)
  const binds = provider.sender_constraints ?? true
  return {
    issuer: addresses.issuer,
    authorization_endpoint: addresses.public_url + paths.authorize,
    token_endpoint: at(paths.token),
    userinfo_endpoint: at(paths.userinfo),
    jwks_uri: at(paths.jwks),
    introspection_endpoint: at(paths.introspection),
    revocation_endpoint: at(paths.revocation),
    registration_endpoint: settings.registration === 'off' ? undefined : at(paths.registration),
    client_id_metadata_document_supported: provider.client_documents,
    protected_resources: paths.resource === undefined ? undefined : [addresses.program_url + paths.resource],
    device_authorization_endpoint: at(paths.device_authorization),
    backchannel_authentication_endpoint: at(paths.backchannel_authentication),
    backchannel_token_delivery_modes_supported: paths.backchannel_authentication === undefined ? undefined : ['poll', 'ping'],
    backchannel_user_code_parameter_supported: paths.backchannel_authentication === undefined ? undefined : false,
    scopes_supported: provider.scopes.map((scope) => scope.name),
    ...authorizationMetadata(provider, settings, algs),
    authorization_response_iss_parameter_supported: provider.response_iss === true && addresses.is_only_issuer,
    pushed_authorization_request_endpoint: at(paths.par),
    ...logoutMetadata(provider, addresses.public_url),
    subject_types_supported: [provider.subject_type ?? 'public'],
    id_token_signing_alg_values_supported: paths.userinfo === undefined ? undefined : algs,
    userinfo_signing_alg_values_supported: paths.userinfo === undefined ? undefined : algs,
    ...(paths.userinfo === undefined ? {} : { ...encryption('id_token'), ...encryption('userinfo') }),
    introspection_signing_alg_values_supported: paths.introspection === undefined ? undefined : algs,
    ...(paths.introspection === undefined ? {} : encryption('introspection')),
    token_endpoint_auth_methods_supported: auth_methods,
    token_endpoint_auth_signing_alg_values_supported: signing_algs,
    introspection_endpoint_auth_methods_supported:
      paths.introspection === undefined ? undefined : methods.filter(({ is_public }) => !is_public).map(({ name }) => name),
    introspection_endpoint_auth_signing_alg_values_supported: paths.introspection === undefined ? undefined : signing_algs,
    revocation_endpoint_auth_methods_supported: paths.revocation === undefined ? undefined : auth_methods,
    revocation_endpoint_auth_signing_alg_values_supported: paths.revocation === undefined ? undefined : signing_algs,
    dpop_signing_alg_values_supported: binds ? clientSigningAlgs : undefined,
    tls_client_certificate_bound_access_tokens: certificate_url !== undefined && binds ? true : undefined,
    mtls_endpoint_aliases:
      certificate_url === undefined || !(binds || methods.some(({ by_certificate }) => by_certificate))
        ? undefined
        : aliases(provider, certificate_url),
    code_challenge_methods_supported: settings.strictness === 'rfc' ? ['S256'] : ['S256', 'plain'],
    claims_supported: paths.userinfo === undefined ? undefined : ['sub', ...Object.values(scopeClaims).flat()],
  }
}

/** What tokens and answers may be signed with: what the provider has, and what the sandbox does. */
function responseAlgs({ signing_algs }: Provider, settings: Settings): readonly string[] {
  const { signing_alg, id_token_signing_alg } = settings
  return [...new Set([...signing_algs, signing_alg, id_token_signing_alg ?? signing_alg, ...secretAlgs])]
}

/** The algorithms of assertions, when there is a method that uses any (RFC 8414 §2). */
function assertionAlgs(methods: readonly Pick<AuthMethod, 'signing_algs'>[]): readonly string[] | undefined {
  const algs = methods.flatMap(({ signing_algs = [] }) => signing_algs)
  return algs.length === 0 ? undefined : [...new Set(algs)]
}

/** The endpoints that look at a client's certificate, where it is asked for (RFC 8705 §5). */
function aliases({ paths }: Provider, certificate_url: string): Record<string, string> {
  const endpoints = {
    token_endpoint: paths.token,
    userinfo_endpoint: paths.userinfo,
    introspection_endpoint: paths.introspection,
    revocation_endpoint: paths.revocation,
    device_authorization_endpoint: paths.device_authorization,
    backchannel_authentication_endpoint: paths.backchannel_authentication,
    pushed_authorization_request_endpoint: paths.par,
  }
  return Object.fromEntries(
    Object.entries(endpoints).flatMap(([name, path]) => (path === undefined ? [] : [[name, certificate_url + path]])),
  )
}

/** What the authorization endpoint does. */
function authorizationMetadata(provider: Provider, settings: Settings, algs: readonly string[]): Record<string, unknown> {
  const response_types = servedResponseTypes({ response_types: provider.response_types ?? ['code'], settings })
  const modes = provider.response_modes ?? usualResponseModes
  const grant_types = servedGrantTypes({ grant_types: provider.grant_types, settings })
  const implicit = response_types.some((type) => /token/.test(type))
  return {
    response_types_supported: response_types,
    response_modes_supported: listModes(modes),
    grant_types_supported: implicit ? [...grant_types, 'implicit'] : grant_types,
    prompt_values_supported: promptValues.filter(
      (one) => one !== 'create' || (provider.paths.join ?? provider.paths.sign_up) !== undefined,
    ),
    acr_values_supported: settings.acr_values ?? undefined,
    claims_parameter_supported: true,
    request_parameter_supported: true,
    // By reference only what was pushed.
    request_uri_parameter_supported: false,
    request_object_signing_alg_values_supported: settings.strictness === 'lenient' ? [...requestObjectAlgs, 'none'] : requestObjectAlgs,
    require_pushed_authorization_requests: provider.paths.par === undefined ? undefined : settings.require_pushed_authorization_requests,
    authorization_signing_alg_values_supported: modes.some((mode) => mode.endsWith('.jwt')) ? algs : undefined,
    ...(modes.some((mode) => mode.endsWith('.jwt')) ? encryption('authorization') : {}),
  }
}

/** What a client may register to get something encrypted (OpenID Connect Discovery §3, RFC 9701 §7, JARM §4). */
function encryption(what: Encrypted): Record<string, readonly string[]> {
  return { [`${what}_encryption_alg_values_supported`]: encryptionAlgs, [`${what}_encryption_enc_values_supported`]: encryptionEncs }
}

/** RP-Initiated Logout §2.1, Back-Channel Logout §2.1, Front-Channel Logout §3. */
function logoutMetadata({ paths }: Provider, public_url: string): Record<string, unknown> {
  if (paths.end_session === undefined) return {}
  return {
    end_session_endpoint: public_url + paths.end_session,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
  }
}
