import { introspect } from '../../oauth/endpoints/introspection.ts'
import { noStore, type ProtocolEndpoint, sendJson } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'
import { bodyParameters } from './token.ts'

const jwtType = 'application/token-introspection+jwt'

/** RFC 7662, and RFC 9701 for who accepts a JWT. */
export const introspectionEndpoint: ProtocolEndpoint = {
  endpoint: 'introspection',
  paths: ({ paths }) => [paths.introspection],
  handlers: {
    async POST(request, reply) {
      const { context } = exchangeOf(request)
      const { authorization, accept = '' } = request.headers
      const answer = await introspect({ ...bodyParameters(request), authorization, as_jwt: accept.includes(jwtType) }, context)
      if (typeof answer === 'string') noStore(reply).type(jwtType).send(answer)
      else sendJson(reply, answer)
    },
  },
}
