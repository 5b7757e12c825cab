import { sandboxScopes } from '../../oauth/clients/scope.ts'
import { discoveryDocument } from '../../providers/discovery.ts'
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
  const key = `${called}${exchange.paths.authorize} ${sandbox.directory.listScopes().join(' ')}`
  const found = known.get(key)
  if (found !== undefined) return found
  const document = JSON.stringify(metadataOf(exchange))
  if (known.size >= keptAddresses) known.clear()
  documents.set(sandbox, known.set(key, document))
  return document
}

/** The metadata of a sandbox as a request addressed it. */
export function metadataOf({ sandbox, paths, prefix, context, base_url, program_url, is_only_issuer }: Exchange): Record<string, unknown> {
  const origin = context.transport?.certificateOrigin()
  const document = discoveryDocument({ ...sandbox.provider, paths }, sandbox.settings, {
    issuer: context.issuer,
    is_only_issuer,
    public_url: base_url,
    program_url,
    certificate_url: origin === undefined ? undefined : origin + prefix,
  })
  return { ...document, scopes_supported: sandboxScopes(sandbox) }
}

/** OpenID Connect Discovery §4 and RFC 8414 §3. */
export const discoveryEndpoint: ProtocolEndpoint = {
  endpoint: 'discovery',
  // Behind the issuer (OpenID Connect Discovery §4) and between its host and its path (RFC 8414 §3.1).
  paths: ({ paths, issuer_path = '' }) =>
    (paths.discovery ?? []).flatMap((name) => [...new Set([`${issuer_path}/.well-known/${name}`, `/.well-known/${name}${issuer_path}`])]),
  handlers: {
    GET(request, reply) {
      noteQuery(request)
      reply.type('application/json').send(documentOf(exchangeOf(request)))
    },
  },
}
