import { authorizeDevice } from '../../oauth/deferred/device.ts'
import { targetParameters } from '../../oauth/model/resource.ts'
import { type ProtocolEndpoint, sendJson } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'
import { bodyParameters } from './token.ts'

/** RFC 8628 §3.1. */
export const deviceAuthorizationEndpoint: ProtocolEndpoint = {
  endpoint: 'device_authorization',
  paths: ({ paths }) => [paths.device_authorization],
  handlers: {
    async POST(request, reply) {
      const { sandbox, context, base_url } = exchangeOf(request)
      const read = { ...bodyParameters(request, targetParameters), authorization: request.headers.authorization }
      const { device_code, user_code, ...times } = await authorizeDevice(read, context)
      const verification_uri = `${base_url}${sandbox.provider.paths.device ?? ''}`
      const verification_uri_complete = `${verification_uri}?user_code=${user_code}`
      return sendJson(reply, { device_code, user_code, verification_uri, verification_uri_complete, ...times })
    },
  },
}
