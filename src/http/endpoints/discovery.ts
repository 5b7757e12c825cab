import { discoveryDocument } from '../../providers/discovery.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { ProtocolEndpoint } from '../endpoint.ts'
import { type Exchange, exchangeOf } from '../exchange.ts'

/** The documents of a sandbox as it is now (a change makes another object of it), made once for each address. */
const documents = new WeakMap<Sandbox, Map<string, string>>()

/** Clients may call a sandbox by any Host, so what is kept is bounded. */
const keptAddresses = 16

function documentOf({ sandbox, prefix, context, base_url, internal_url }: Exchange): string {
  const origin = context.transport?.certificateOrigin()
  const key = `${context.issuer} ${base_url} ${internal_url} ${origin} ${prefix}`
  const known = documents.get(sandbox) ?? new Map<string, string>()
  const document =
    known.get(key) ??
    JSON.stringify(
      discoveryDocument(sandbox.provider, sandbox.settings, {
        issuer: context.issuer,
        public_url: base_url,
        internal_url,
        certificate_url: origin === undefined ? undefined : origin + prefix,
      }),
    )
  if (known.size >= keptAddresses) known.clear()
  documents.set(sandbox, known.set(key, document))
  return document
}

/** OpenID Connect Discovery §4 and RFC 8414 §3. */
export const discoveryEndpoint: ProtocolEndpoint = {
  endpoint: 'discovery',
  paths: ({ paths }) => (paths.discovery ?? []).map((name) => `/.well-known/${name}`),
  handlers: {
    async GET(request, reply) {
      reply.type('application/json').send(documentOf(exchangeOf(request)))
    },
  },
}
