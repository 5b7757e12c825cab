import type { ProtocolEndpoint } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'

/** RFC 7517 §5. */
export const jwksEndpoint: ProtocolEndpoint = {
  endpoint: 'jwks',
  paths: ({ paths }) => [paths.jwks],
  handlers: {
    async GET(request, reply) {
      const keys = await exchangeOf(request).context.realm.keys.publicKeys()
      return reply.type('application/json').send(JSON.stringify({ keys }))
    },
  },
}
