import { discoveryDocument } from '../../providers/discovery.ts'
import type { ProtocolEndpoint } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'

/** OpenID Connect Discovery §4 and RFC 8414 §3. */
export const discoveryEndpoint: ProtocolEndpoint = {
  endpoint: 'discovery',
  paths: ({ paths }) => (paths.discovery ?? []).map((name) => `/.well-known/${name}`),
  handlers: {
    async GET(request, reply) {
      const { sandbox, prefix, context, base_url, internal_url } = exchangeOf(request)
      const origin = context.transport?.certificateOrigin()
      const document = discoveryDocument(sandbox.provider, sandbox.settings, {
        issuer: context.issuer,
        public_url: base_url,
        internal_url,
        certificate_url: origin === undefined ? undefined : origin + prefix,
      })
      return reply.type('application/json').send(JSON.stringify(document))
    },
  },
}
