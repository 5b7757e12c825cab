import { introspect } from '../../oauth/introspection.ts'
import { type ProtocolEndpoint, sendJson } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'
import { bodyParameters } from './token.ts'

/** RFC 7662. */
export const introspectionEndpoint: ProtocolEndpoint = {
  endpoint: 'introspection',
  paths: ({ paths }) => [paths.introspection],
  handlers: {
    async POST(request, reply) {
      const { context } = exchangeOf(request)
      return sendJson(reply, await introspect({ ...bodyParameters(request), authorization: request.headers.authorization }, context))
    },
  },
}
