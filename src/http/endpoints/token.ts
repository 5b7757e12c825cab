import type { FastifyRequest } from 'fastify'
import { translated } from '../../oauth/clients/dialect.ts'
import { token } from '../../oauth/endpoints/token.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import { type ReadParameters, readParameters } from '../../oauth/model/parameters.ts'
import { targetParameters } from '../../oauth/model/resource.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import { noStore, type ProtocolEndpoint, send, sendJson } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'
import { queryProblem } from './client-query.ts'

/**
 * The parameters of a form endpoint for clients: in the body alone (RFC 6749 §3.2), and what else the query has is as
 * {@link queryProblem} says. The sandbox's settings can allow the query, as Postman may be told to use, and forbid JSON.
 */
export function bodyParameters(request: FastifyRequest, repeatable: readonly string[] = []): ReadParameters {
  const { provider, settings } = exchangeOf(request).sandbox
  return translated(readBody(request, settings, repeatable), provider.requests)
}

function readBody(
  request: FastifyRequest,
  { json_token_requests, query_token_requests }: Settings,
  repeatable: readonly string[],
): ReadParameters {
  const read = readParameters(request.body, repeatable)
  if (!json_token_requests && request.headers['content-type']?.startsWith('application/json') === true) {
    const explanation = 'The setting json_token_requests is false: send application/x-www-form-urlencoded (RFC 6749 §3.2)'
    return { ...read, problem: new OAuthError('invalid_request', 'The body must be a form', explanation) }
  }
  if (query_token_requests) {
    const fromQuery = readParameters(request.query, repeatable)
    const problem = read.problem ?? fromQuery.problem
    return { parameters: { ...fromQuery.parameters, ...read.parameters }, problem }
  }
  const problem = queryProblem(request)
  return problem === undefined ? read : { ...read, problem }
}

/** RFC 6749 §3.2. */
export const tokenEndpoint: ProtocolEndpoint = {
  endpoint: 'token',
  paths: ({ paths }) => [paths.token],
  handlers: {
    async POST(request, reply) {
      const { context, sandbox } = exchangeOf(request)
      const read = bodyParameters(request, targetParameters)
      const members = await token({ ...read, authorization: request.headers.authorization }, context)
      const { tokenReply } = sandbox.provider
      return tokenReply === undefined ? sendJson(reply, members) : send(noStore(reply), tokenReply(members, request.headers.accept))
    },
  },
}
