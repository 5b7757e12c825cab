import { sandboxScopes } from '../../oauth/clients/scope.ts'
import { discoveryDocument } from '../../providers/discovery.ts'
import { atHost, hostOf } from '../../providers/hosts.ts'
import type { HostedEndpoint } from '../../providers/paths.ts'
import { pathOf } from '../../sandbox/addresses.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { ProtocolEndpoint } from '../endpoint.ts'
import { type Exchange, exchangeOf } from '../exchange.ts'
import { noteQuery } from './client-query.ts'

/** The documents of a sandbox as it is now (a change makes another object of it), made once for each address. */
const documents = new WeakMap<Sandbox, Map<string, string>>()

/** Clients may call a sandbox by any Host, so what is kept is bounded. */
const keptAddresses = 16

function documentOf(exchange: Exchange): string {
  const { sandbox, called } = exchange
  const known = documents.get(sandbox) ?? new Map<string, string>()
  // Apps may have scopes of their own.
  const key = `${called} ${exchange.context.issuer} ${exchange.paths.authorize} ${sandbox.directory.listScopes().join(' ')}`
  const found = known.get(key)
  if (found !== undefined) return found
  const document = JSON.stringify(metadataOf(exchange))
  if (known.size >= keptAddresses) known.clear()
  documents.set(sandbox, known.set(key, document))
  return document
}

/** The members that name an endpoint. */
const members: Readonly<Partial<Record<HostedEndpoint, string>>> = {
  authorize: 'authorization_endpoint',
  token: 'token_endpoint',
  userinfo: 'userinfo_endpoint',
  jwks: 'jwks_uri',
  introspection: 'introspection_endpoint',
  revocation: 'revocation_endpoint',
  par: 'pushed_authorization_request_endpoint',
  end_session: 'end_session_endpoint',
  device_authorization: 'device_authorization_endpoint',
  backchannel_authentication: 'backchannel_authentication_endpoint',
  registration: 'registration_endpoint',
}

/** Endpoints at their hosts, for whoever asked at one of the vendor's. */
function hosted(document: Record<string, unknown>, { sandbox, origin }: Exchange): Record<string, unknown> {
  if (sandbox.provider.endpoint_hosts === undefined) return document
  const moved = Object.entries(members).flatMap(([endpoint, member]) => {
    const url = document[member]
    return typeof url === 'string' ? [[member, atHost(url, hostOf(endpoint, origin.name, sandbox.provider))]] : []
  })
  return { ...document, ...Object.fromEntries(moved) }
}

/** The metadata of a sandbox as a request addressed it. */
export function metadataOf(exchange: Exchange): Record<string, unknown> {
  const { sandbox, paths, prefix, context, base_url, program_url, is_only_issuer } = exchange
  const origin = context.transport?.certificateOrigin()
  const document = discoveryDocument({ ...sandbox.provider, paths }, sandbox.settings, {
    issuer: context.issuer,
    is_only_issuer,
    public_url: base_url,
    program_url,
    certificate_url: origin === undefined ? undefined : origin + prefix,
  })
  const said = hosted({ ...document, scopes_supported: sandboxScopes(sandbox) }, exchange)
  return aliased(sandbox.provider.discovery?.(said, context, program_url) ?? said, exchange)
}

/** With the token endpoint and the key set at their other places, where the sandbox has such. */
function aliased(document: Record<string, unknown>, { sandbox, program_url }: Exchange): Record<string, unknown> {
  const { alias_path } = sandbox.settings
  if (alias_path === null) return document
  const base = pathOf(program_url)
  const moved = ['token_endpoint', 'jwks_uri'].flatMap((member) => {
    const [origin = ''] = /^https?:\/\/[^/]+/i.exec(String(document[member])) ?? []
    return origin === '' ? [] : [[member, origin + base + alias_path + String(document[member]).slice(origin.length + base.length)]]
  })
  return { ...document, ...Object.fromEntries(moved) }
}

/** OpenID Connect Discovery §4 and RFC 8414 §3. */
export const discoveryEndpoint: ProtocolEndpoint = {
  endpoint: 'discovery',
  // Behind the issuer (OpenID Connect Discovery §4) and between its host and its path (RFC 8414 §3.1).
  paths: ({ paths, issuer_path = '', discovery_path = issuer_path }) =>
    (paths.discovery ?? []).flatMap((name) => [
      ...new Set([`${discovery_path.replace(/\/$/, '')}/.well-known/${name}`, `/.well-known/${name}${discovery_path}`.replace(/\/$/, '')]),
    ]),
  handlers: {
    GET(request, reply) {
      noteQuery(request)
      reply.type('application/json').send(documentOf(exchangeOf(request)))
    },
  },
}
