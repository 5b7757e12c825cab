import type { KeyDialect } from '../../oauth/jose/keys.ts'
import type { Context } from '../../oauth/realm/context.ts'
import type { ApiRequest, Provider, Reply, Route } from '../provider.ts'
import { refuse } from './errors.ts'
import { entraSettings } from './settings.ts'
import { homeTenant, isShared, issuersOf } from './tenants.ts'

/** Names of one cloud: where its tokens come from, and under which name MSAL keeps them. */
const clouds = [
  {
    preferred_network: 'login.microsoftonline.com',
    preferred_cache: 'login.windows.net',
    aliases: ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
  },
  {
    preferred_network: 'login.partner.microsoftonline.cn',
    preferred_cache: 'login.partner.microsoftonline.cn',
    aliases: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
  },
  {
    preferred_network: 'login.microsoftonline.us',
    preferred_cache: 'login.microsoftonline.us',
    aliases: ['login.microsoftonline.us', 'login.usgovcloudapi.net'],
  },
]

const claims = [
  'sub',
  'iss',
  'cloud_instance_name',
  'cloud_instance_host_name',
  'cloud_graph_host_name',
  'msgraph_host',
  'aud',
  'exp',
  'iat',
]
const claimsOfUsers = ['auth_time', 'acr', 'nonce', 'preferred_username', 'name', 'tid', 'ver', 'at_hash', 'c_hash', 'email']

/** The discovery document: of several tenants at once the issuer is a template, to the letter. */
export const entraDiscovery: NonNullable<Provider['discovery']> = (document, context) => {
  const { realm, space } = context
  const asked = space?.asked.tenant ?? homeTenant
  const tenant = space?.path.tenant ?? homeTenant
  const endpoint = (name: string) => {
    const url = document[name]
    return typeof url === 'string' && !isShared(asked) ? url.replace(`/${encodeURIComponent(asked)}/`, `/${tenant}/`) : url
  }
  return {
    token_endpoint: endpoint('token_endpoint'),
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: endpoint('jwks_uri'),
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: issuerFor(context, isShared(asked) ? '{tenantid}' : tenant),
    request_uri_parameter_supported: false,
    userinfo_endpoint: endpoint('userinfo_endpoint'),
    authorization_endpoint: endpoint('authorization_endpoint'),
    device_authorization_endpoint: endpoint('device_authorization_endpoint'),
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: endpoint('end_session_endpoint'),
    claims_supported: [...claims, ...claimsOfUsers],
    kerberos_endpoint: endpoint('token_endpoint')
      ?.toString()
      .replace(/\/oauth2\/(v2\.0\/)?token$/, '/kerberos'),
    tenant_region_scope: isShared(asked) ? null : entraSettings.of(realm.settings).tenant_region_scope,
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
    rbac_url: 'https://pas.windows.net',
  }
}

function issuerFor({ issuer, space }: Context, tenant: string): string {
  const { v1, v2 } = issuersOf(issuer)
  const own = space?.edition === 'v1' ? v1 : (space?.path.policy ?? '') === '' ? v2 : `${v2}/`
  return own.replace(`/${space?.path.tenant}`, `/${tenant}`)
}

/** The key set: the same key of each algorithm once, under its certificate's thumbprint; the newer version names the issuer of each. */
export const entraKeys: KeyDialect = {
  certificate: 'accounts.accesscontrol.windows.net',
  header: ({ typ, alg, kid }) => JSON.stringify({ typ, alg, kid }),
  published: (keys, issuer, edition) =>
    keys.map(({ kid, n, e, x5c }) => ({
      kty: 'RSA',
      use: 'sig',
      kid,
      x5t: kid,
      n,
      e,
      x5c,
      cloud_instance_name: 'microsoftonline.com',
      ...(edition === 'v1' ? {} : { issuer }),
    })),
}

/** Which hosts belong together; ours is among them, so that whoever asks about it is told that it is one. */
function instanceDiscovery({ query, base_url }: ApiRequest): Promise<Reply> {
  const { authorization_endpoint, 'api-version': version = '1.0' } = query
  const own = new URL(base_url).host
  const ours = { preferred_network: own, preferred_cache: own, aliases: [own] }
  const isMicrosofts = clouds.some(({ aliases }) => aliases.includes(own))
  const metadata = isMicrosofts ? clouds : [...clouds, ours]
  const host =
    authorization_endpoint !== undefined && URL.canParse(authorization_endpoint) ? new URL(authorization_endpoint).host : undefined
  if (host === undefined || !metadata.some(({ aliases }) => aliases.includes(host))) {
    throw refuse(
      50049,
      `authorization_endpoint is '${authorization_endpoint}'; known hosts are: ${metadata.flatMap(({ aliases }) => aliases).join(', ')}`,
    )
  }
  const tenant = /^https?:\/\/[^/]+\/([^/]+)/.exec(authorization_endpoint ?? '')?.[1] ?? 'common'
  const at = host === own ? base_url : `https://${clouds.find(({ aliases }) => aliases.includes(host))?.preferred_network}`
  const body = { tenant_discovery_endpoint: `${at}/${tenant}/v2.0/.well-known/openid-configuration`, 'api-version': version, metadata }
  return Promise.resolve({ status: 200, body })
}

/** Python's MSAL asks before it takes a password where its user's realm is; nothing known means an ordinary password. */
function noRealm(): Promise<Reply> {
  return Promise.resolve({ status: 404, headers: { 'content-type': 'text/plain' }, body: '' })
}

export const discoveryRoutes: readonly Route[] = [
  { method: 'GET', path: '/common/discovery/instance', endpoint: 'discovery', handle: instanceDiscovery },
  { method: 'GET', path: '/common/userrealm/:upn', endpoint: 'discovery', handle: noRealm },
]
