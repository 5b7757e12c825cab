import { authenticateBackchannel } from '../../oauth/deferred/backchannel.ts'
import { targetParameters } from '../../oauth/model/resource.ts'
import { type ProtocolEndpoint, sendJson } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'
import { bodyParameters } from './token.ts'

/** OpenID Connect Client-Initiated Backchannel Authentication §7. */
export const backchannelAuthenticationEndpoint: ProtocolEndpoint = {
  endpoint: 'backchannel_authentication',
  paths: ({ paths }) => [paths.backchannel_authentication],
  handlers: {
    async POST(request, reply) {
      const { context } = exchangeOf(request)
      const read = { ...bodyParameters(request, targetParameters), authorization: request.headers.authorization }
      return sendJson(reply, await authenticateBackchannel(read, context))
    },
  },
}
