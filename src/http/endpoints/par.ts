import { pushAuthorizationRequest } from '../../oauth/authorization/pushed-request.ts'
import { targetParameters } from '../../oauth/model/resource.ts'
import { type ProtocolEndpoint, sendJson } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'
import { bodyParameters } from './token.ts'

/** RFC 9126 §2. */
export const parEndpoint: ProtocolEndpoint = {
  endpoint: 'par',
  paths: ({ paths }) => [paths.par],
  handlers: {
    async POST(request, reply) {
      const { context } = exchangeOf(request)
      const read = bodyParameters(request, targetParameters)
      const pushed = await pushAuthorizationRequest({ ...read, authorization: request.headers.authorization }, context)
      return sendJson(reply.code(201), pushed)
    },
  },
}
