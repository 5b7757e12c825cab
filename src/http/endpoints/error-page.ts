import type { FastifyReply, FastifyRequest } from 'fastify'
import { type OAuthError, PageError } from '../../oauth/model/errors.ts'
import { readParameters } from '../../oauth/model/parameters.ts'
import { pathPatterns, routed } from '../../providers/space.ts'
import type { ProtocolEndpoint } from '../endpoint.ts'
import { type Exchange, exchangeOf, pagePath } from '../exchange.ts'

/** Where a vendor sends the browser with what an authorization request got wrong; undefined where the error is told at once. */
export function errorPath(error: OAuthError, { method, query, headers, routeOptions }: FastifyRequest, exchange: Exchange) {
  const { provider, settings } = exchange.sandbox
  const { authorize, sign_in } = pathPatterns(provider, exchange.context.space)
  const path = exchange.paths.error
  const asks = [authorize, sign_in].some((one) => one !== undefined && routed(one) === routeOptions.url)
  if (path === undefined || !asks || method === 'POST' || !(error instanceof PageError)) return undefined
  const { client_id, transaction } = readParameters(query).parameters
  if (transaction !== undefined) return undefined
  const { body } = provider.errorReply(error, 'authorize', settings, { grant_type: undefined, accept: headers.accept })
  const told = Object.entries(body ?? {}).map(([name, value]) => [name, String(value)])
  const parameters = new URLSearchParams({ ...Object.fromEntries(told), ...(client_id !== undefined && { client_id }) })
  return `${pagePath(exchange)}${path}?${parameters}`
}

/** The page itself; the developer is told what the journal has of the request that came before. */
function answer(request: FastifyRequest, _reply: FastifyReply): never {
  const { sandbox } = exchangeOf(request)
  const { error = 'error', client_id } = readParameters(request.query).parameters
  const before = sandbox.journal.list({ endpoint: 'authorize', client_id, limit: 20 }).findLast((one) => one.error !== undefined)
  throw new PageError('invalid_request', error, before?.explanation ?? error)
}

/** Where a vendor has a page for errors by itself. */
export const errorPageEndpoint: ProtocolEndpoint = {
  endpoint: 'authorize',
  page: true,
  paths: ({ paths }) => [paths.error],
  handlers: { GET: answer },
}
