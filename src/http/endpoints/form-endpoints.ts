import type { FastifyReply, FastifyRequest } from 'fastify'
import { after, type MaybePromise } from '../../basics/maybe-promise.ts'
import { pushAuthorizationRequest } from '../../oauth/authorization/pushed-request.ts'
import { readRequest } from '../../oauth/clients/dialect.ts'
import { authenticateBackchannel } from '../../oauth/deferred/backchannel.ts'
import { authorizeDevice } from '../../oauth/deferred/device.ts'
import { introspect } from '../../oauth/endpoints/introspection.ts'
import { revoke } from '../../oauth/endpoints/revocation.ts'
import { token } from '../../oauth/endpoints/token.ts'
import type { FormEndpoint } from '../../oauth/model/endpoint.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { ClientRequest, ReadParameters } from '../../oauth/model/parameters.ts'
import { targetParameters } from '../../oauth/model/resource.ts'
import { noteTo } from '../../oauth/realm/context.ts'
import { listed } from '../../oauth/realm/unread.ts'
import { atHost, hostOf } from '../../providers/hosts.ts'
import { noStore, type ProtocolEndpoint, send, sendJson } from '../endpoint.ts'
import { type Exchange, exchangeOf } from '../exchange.ts'
import { queryProblem, takenQuery } from './client-query.ts'

/** The endpoints to which clients post a form, each at the provider's path of its name. */
export const formEndpoints: readonly ProtocolEndpoint[] = [
  // RFC 6749 §3.2.
  formEndpoint('token', (read, reply, { context, sandbox }) =>
    after(token(read, context), (members) => {
      const { tokenReply } = sandbox.provider
      if (tokenReply === undefined) sendJson(reply, members)
      else send(noStore(reply), tokenReply(members, reply.request.headers.accept, sandbox.clock.now()))
    }),
  ),
  // RFC 9126 §2.
  formEndpoint('par', async (read, reply, { context }) => {
    sendJson(reply.code(201), await pushAuthorizationRequest(read, context))
  }),
  // RFC 8628 §3.1.
  formEndpoint('device_authorization', async (read, reply, { context, paths, base_url, sandbox, origin }) => {
    const { device_code, user_code, ...times } = await authorizeDevice(read, context)
    const verification_uri = atHost(`${base_url}${paths.device ?? ''}`, hostOf('device', origin.name, sandbox.provider))
    const verification_uri_complete = `${verification_uri}?user_code=${user_code}`
    const { deviceReply, deviceSent } = sandbox.provider
    const members = { device_code, user_code, verification_uri, verification_uri_complete, ...times }
    const said = deviceReply?.(members) ?? members
    if (deviceSent === undefined) sendJson(reply, said)
    else send(noStore(reply), deviceSent(said, reply.request.headers.accept, sandbox.clock.now()))
  }),
  // OpenID Connect Client-Initiated Backchannel Authentication §7.
  formEndpoint('backchannel_authentication', async (read, reply, { context }) => {
    sendJson(reply, await authenticateBackchannel(read, context))
  }),
  // RFC 7662, and RFC 9701 for who accepts a JWT.
  formEndpoint('introspection', async (read, reply, { context }) => {
    const type = 'application/token-introspection+jwt'
    const answer = await introspect(read, reply.request.headers.accept?.includes(type) === true, context)
    if (typeof answer === 'string') noStore(reply).type(type).send(answer)
    else sendJson(reply, answer)
  }),
  // RFC 7009.
  formEndpoint('revocation', async (read, reply, { context, sandbox }) => {
    await revoke(read, context)
    const { revocationReply } = sandbox.provider
    if (revocationReply !== undefined) return send(noStore(reply), revocationReply)
    // The body is nobody's business (§2.2), but some clients refuse an answer that does not call itself JSON.
    noStore(reply).code(200).type('application/json').send()
  }),
]

function formEndpoint(
  endpoint: FormEndpoint,
  answer: (read: ClientRequest, reply: FastifyReply, exchange: Exchange) => MaybePromise<void>,
): ProtocolEndpoint {
  const repeatable = endpoint === 'introspection' || endpoint === 'revocation' ? [] : targetParameters
  return {
    endpoint,
    paths: ({ paths }) => [paths[endpoint]],
    handlers: {
      POST: (request, reply) => answer(clientRequest(request, repeatable), reply, exchangeOf(request)),
    },
  }
}

function clientRequest(request: FastifyRequest, repeatable: readonly string[]): ClientRequest {
  const { parameters, problem } = readBody(request, repeatable)
  return { parameters, problem, authorization: request.headers.authorization }
}

/**
 * The parameters in the body alone (RFC 6749 §3.2); what else the query has is as {@link queryProblem} says. A vendor may take
 * some of the query, and the sandbox's settings can allow all of it, as Postman may be told to use, and forbid JSON.
 */
function readBody(request: FastifyRequest, repeatable: readonly string[]): ReadParameters {
  const { sandbox, context, endpoint } = exchangeOf(request)
  const { json_token_requests, query_token_requests } = sandbox.settings
  const read = readRequest(request.body, context, repeatable)
  if (!json_token_requests && request.headers['content-type']?.startsWith('application/json') === true) {
    const explanation = 'The setting json_token_requests is false: send application/x-www-form-urlencoded (RFC 6749 §3.2)'
    return { ...read, problem: new OAuthError('body_not_form', 'The body must be a form', explanation) }
  }
  const taken = query_token_requests ? Object.keys(request.query ?? {}) : (context.realm.requests?.query?.[endpoint] ?? [])
  const problem = queryProblem(request, taken)
  if (taken.length === 0) return problem === undefined ? read : { ...read, problem }
  const fromQuery = readRequest(takenQuery(request, taken), context, repeatable)
  const twice = Object.keys(fromQuery.parameters).filter((name) => read.parameters[name] !== undefined)
  if (twice.length > 0) noteTo(context, `The query has ${listed(twice)}: without effect, because the body has it as well`)
  return { parameters: { ...fromQuery.parameters, ...read.parameters }, problem: read.problem ?? problem ?? fromQuery.problem }
}
