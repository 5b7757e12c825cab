import type { FastifyReply, FastifyRequest } from 'fastify'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import { type ProtectedResource, requireScope } from '../../oauth/proof/protected-resource.ts'
import { subjectOf } from '../../oauth/realm/subject.ts'
import { type ProtocolEndpoint, sendJson } from '../endpoint.ts'
import { type Exchange, exchangeOf } from '../exchange.ts'
import { metadataOf } from './discovery.ts'

const wellKnown = '/.well-known/oauth-protected-resource'
const scopes_supported = ['read', 'write']

/** The metadata stands between host and path of its resource (RFC 9728 §3.1). */
function metadataUrl(resource: string): string {
  const { origin, pathname } = new URL(resource)
  return `${origin}${wellKnown}${pathname}`
}

function addressOf({ paths, program_url }: Exchange): string {
  return `${program_url}${paths.resource ?? ''}`
}

function resourceOf(exchange: Exchange): ProtectedResource {
  const { context, internal_url, base_url } = exchange
  const resource = addressOf(exchange)
  const urls = new Set([resource, ...(context.transport?.urls() ?? []), context.issuer, internal_url, base_url])
  return { urls: [...urls], metadata_url: metadataUrl(resource) }
}

async function answer(request: FastifyRequest, reply: FastifyReply, scope: string, more: Record<string, unknown> = {}): Promise<void> {
  const exchange = exchangeOf(request)
  const presented = presentedToken(request.headers.authorization, undefined)
  const token = await requireScope(presented, scope, resourceOf(exchange), exchange.context)
  sendJson(reply, {
    resource: addressOf(exchange),
    sub: subjectOf(token, exchange.sandbox),
    username: token.user?.username,
    client_id: token.client.client_id,
    scope: token.scope,
    aud: token.details.aud,
    act: token.grant.details.act,
    ...more,
  })
}

/** A small API to try tokens on: reading asks for scope read, writing for write. */
export const resourceEndpoint: ProtocolEndpoint = {
  endpoint: 'api',
  paths: ({ paths }) => [paths.resource],
  handlers: {
    GET: (request, reply) => answer(request, reply, 'read'),
    POST: (request, reply) => answer(request, reply, 'write', { received: request.body }),
  },
}

/** RFC 9728 §2 and §3: of that API, and of the sandbox as a whole, for clients that look at the root. */
export const resourceMetadataEndpoint: ProtocolEndpoint = {
  endpoint: 'discovery',
  paths: ({ paths }) => (paths.resource === undefined ? [] : [wellKnown, wellKnown + paths.resource]),
  handlers: {
    GET(request, reply) {
      const exchange = exchangeOf(request)
      const { dpop_signing_alg_values_supported, tls_client_certificate_bound_access_tokens } = metadataOf(exchange)
      const ofTheRoot = request.routeOptions.url?.endsWith(wellKnown) === true
      reply.type('application/json').send(
        JSON.stringify({
          resource: ofTheRoot ? exchange.program_url : addressOf(exchange),
          authorization_servers: [exchange.context.issuer],
          scopes_supported,
          bearer_methods_supported: ['header'],
          resource_name: `${exchange.sandbox.company}: a resource to try tokens on`,
          dpop_signing_alg_values_supported,
          tls_client_certificate_bound_access_tokens,
        }),
      )
    },
  },
}
