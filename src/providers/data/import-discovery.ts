import { clientAuthMethods } from '../../oauth/clients/methods/registry.ts'
import { type KeyAlg, keyAlgs } from '../../oauth/jose/jws.ts'
import type { ProviderDeclaration } from './declaration.ts'
import { hostNames, ImportError, type Imported, nameOfHost, pathOf } from './import.ts'

/** Members of a discovery document, and what a provider calls those paths. */
const endpoints: Readonly<Record<string, string>> = {
  authorization_endpoint: 'authorize',
  token_endpoint: 'token',
  userinfo_endpoint: 'userinfo',
  jwks_uri: 'jwks',
  introspection_endpoint: 'introspection',
  revocation_endpoint: 'revocation',
  device_authorization_endpoint: 'device_authorization',
  backchannel_authentication_endpoint: 'backchannel_authentication',
  pushed_authorization_request_endpoint: 'par',
  registration_endpoint: 'registration',
  end_session_endpoint: 'end_session',
}

/** What a provider can do that grantbox must know of: its paths to take, its grant types to keep. */
export interface Abilities {
  paths: readonly string[]
  grant_types: readonly string[]
}

/**
 * A declaration from an OpenID Connect or RFC 8414 discovery document.
 * @throws ImportError when the document lacks what a provider needs
 */
export function importDiscovery(document: Readonly<Record<string, unknown>>, abilities: Abilities): Imported {
  const { issuer } = document
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) throw new ImportError('issuer: expected a URL')
  const { pathname, host, hostname } = new URL(issuer)
  const issuer_path = pathname.replace(/(?<!\/)\/+$/, '')
  const notes: string[] = []
  const addresses = [issuer]
  const paths: Record<string, string | readonly string[] | null> = {}
  for (const [member, name] of Object.entries(endpoints)) {
    const url = document[member]
    if (url === undefined) {
      if (name === 'authorize' || name === 'token') throw new ImportError(`${member}: expected a URL, got nothing`)
      if (abilities.paths.includes(name)) paths[name] = null
    } else if (typeof url !== 'string' || !URL.canParse(url)) throw new ImportError(`${member}: expected a URL`)
    else if (abilities.paths.includes(name)) {
      paths[name] = pathOf(url)
      addresses.push(url)
    } else notes.push(`${member} is left out: grantbox has no such endpoint`)
  }
  paths.discovery = ['openid-configuration', 'oauth-authorization-server']

  const grant_types = strings(document.grant_types_supported)
  const left = grant_types?.filter((one) => !abilities.grant_types.includes(one) && one !== 'implicit') ?? []
  if (left.length > 0) notes.push(`grant types that grantbox does not know are left out: ${left.join(', ')}`)
  const methods = clientAuthMethods.filter((one) => strings(document.token_endpoint_auth_methods_supported)?.includes(one))
  const signing = (strings(document.id_token_signing_alg_values_supported)?.filter((one) => keyAlgs.some((alg) => alg === one)) ??
    []) as KeyAlg[]
  const scopes = strings(document.scopes_supported)
  const declaration: ProviderDeclaration = {
    extends: 'standard',
    title: host,
    hosts: hostNames(addresses),
    ...(issuer_path === '' ? {} : { issuer_path }),
    paths,
    ...(grant_types === undefined ? {} : { grant_types: grant_types.filter((one) => abilities.grant_types.includes(one)) }),
    ...(methods.length === 0 ? {} : { client_authentication: { methods } }),
    ...(scopes === undefined ? {} : { scopes: scopes.map((name) => ({ name, description: '' })) }),
    ...(signing[0] === undefined ? {} : { signing: { alg: signing[0], algs: signing } }),
  }
  return { name: nameOfHost(hostname), declaration, notes }
}

function strings(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined
}
