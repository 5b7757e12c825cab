import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  information,
  type RegistrationSurroundings,
  register,
  registeredClient,
  updateRegistration,
} from '../../oauth/clients/registration.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import { noStore, type ProtocolEndpoint, sendJson } from '../endpoint.ts'
import { type Exchange, exchangeOf } from '../exchange.ts'
import { queryProblem } from './client-query.ts'
import { metadataOf } from './discovery.ts'

function surroundings(exchange: Exchange): RegistrationSurroundings {
  const { provider } = exchange.sandbox
  const registration_endpoint = `${exchange.program_url}${exchange.paths.registration ?? ''}`
  return { supported: metadataOf(exchange), ids: provider.ids, registration_endpoint }
}

function bearer(request: FastifyRequest): string | undefined {
  return presentedToken(request.headers.authorization, undefined)?.token
}

function checkQuery(request: FastifyRequest): void {
  const problem = queryProblem(request)
  if (problem !== undefined) throw problem
}

/** Metadata is JSON and nothing else (RFC 7591 §3.1): lists cannot be told from texts in a form. */
function metadata(request: FastifyRequest): unknown {
  const type = request.headers['content-type'] ?? ''
  if (/^application\/json\s*(;|$)/i.test(type)) return request.body
  const explanation = `Content-Type is '${type}'; application/json was expected (RFC 7591 §3.1)`
  throw new OAuthError('unsupported_media_type', 'The metadata must be JSON', explanation)
}

/** RFC 7591 §3. */
export const registrationEndpoint: ProtocolEndpoint = {
  endpoint: 'registration',
  paths: ({ paths }) => [paths.registration],
  handlers: {
    POST(request, reply) {
      checkQuery(request)
      const exchange = exchangeOf(request)
      const answer = register(metadata(request), bearer(request), surroundings(exchange), exchange.context)
      sendJson(reply.code(201), answer)
    },
  },
}

function managed(request: FastifyRequest) {
  checkQuery(request)
  const exchange = exchangeOf(request)
  const { client_id } = request.params as { client_id: string }
  const token = bearer(request)
  const client = registeredClient(client_id, token, exchange.context)
  return { exchange, client, token: token ?? '' }
}

function read(request: FastifyRequest, reply: FastifyReply): void {
  const { exchange, client, token } = managed(request)
  sendJson(reply, information(client, token, surroundings(exchange).registration_endpoint))
}

function update(request: FastifyRequest, reply: FastifyReply): void {
  const { exchange, client, token } = managed(request)
  sendJson(reply, updateRegistration(client, token, metadata(request), surroundings(exchange), exchange.context))
}

function remove(request: FastifyRequest, reply: FastifyReply): void {
  const { exchange, client } = managed(request)
  // Its app was made with it and has no other.
  exchange.sandbox.directory.deleteApp(client.app)
  noStore(reply).code(204).send()
}

/** RFC 7592 §2. */
export const registrationManagementEndpoint: ProtocolEndpoint = {
  endpoint: 'registration',
  paths: ({ paths }) => [paths.registration === undefined ? undefined : `${paths.registration}/:client_id`],
  handlers: { GET: read, PUT: update, DELETE: remove },
}
