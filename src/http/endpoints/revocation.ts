import { revoke } from '../../oauth/endpoints/revocation.ts'
import { noStore, type ProtocolEndpoint } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'
import { bodyParameters } from './token.ts'

/** RFC 7009. */
export const revocationEndpoint: ProtocolEndpoint = {
  endpoint: 'revocation',
  paths: ({ paths }) => [paths.revocation],
  handlers: {
    async POST(request, reply) {
      const { context } = exchangeOf(request)
      await revoke({ ...bodyParameters(request), authorization: request.headers.authorization }, context)
      // The body is nobody's business (§2.2), but some clients refuse an answer that does not call itself JSON.
      return noStore(reply).code(200).type('application/json').send()
    },
  },
}
