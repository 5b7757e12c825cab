import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errorRedirect } from '../oauth/authorize.ts'
import { AuthorizationError, OAuthError } from '../oauth/errors.ts'
import { readParameters } from '../oauth/parameters.ts'
import { token } from '../oauth/token.ts'
import type { Endpoint, Provider, Reply, Route } from '../providers/provider.ts'
import { getAuthorize, postAuthorize, redirect } from './authorize.ts'
import { allowOrigin, answerPreflight } from './cors.ts'
import { explain, toOAuthError } from './errors.ts'
import { exchangeOf } from './exchange.ts'
import { getJoin, postJoin } from './join.ts'
import { errorPage } from './pages.ts'

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

/** What one path answers, by method. */
interface PathHandlers {
  endpoint: Endpoint
  path: string
  /** A page for people, with errors for people, and out of reach for other pages' scripts. */
  page: boolean
  handlers: Readonly<Record<string, Handler>>
}

/** A provider's routes: the protocol's endpoints at the vendor's paths, the vendor's API, and errors in the vendor's words. */
export function providerPlugin(provider: Provider) {
  return async (app: FastifyInstance): Promise<void> => {
    await app.register(formbody)
    app.removeContentTypeParser(['application/json', 'text/plain'])
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body: string, done) => {
      // API clients announce JSON and send nothing.
      if (body.trim() === '') return done(null, undefined)
      try {
        done(null, JSON.parse(body))
      } catch {
        done(
          new OAuthError('invalid_request', 'Body is not valid JSON', 'The body was announced as application/json and is not'),
          undefined,
        )
      }
    })
    app.setErrorHandler((error, request, reply) => answerError(error, request, reply))
    app.setNotFoundHandler((request) => {
      throw notFound(request)
    })
    for (const one of pathsOf(provider)) register(app, one)
  }
}

function pathsOf(provider: Provider): PathHandlers[] {
  const { paths } = provider
  const list: PathHandlers[] = [
    { endpoint: 'authorize', path: paths.authorize, page: true, handlers: { GET: getAuthorize, POST: postAuthorize } },
    { endpoint: 'token', path: paths.token, page: false, handlers: { POST: postToken } },
  ]
  if (paths.join !== undefined)
    list.push({ endpoint: 'authorize', path: paths.join, page: true, handlers: { GET: getJoin, POST: postJoin } })
  for (const [path, routes] of Map.groupBy(provider.routes, (route) => route.path)) {
    list.push({
      endpoint: 'api',
      path,
      page: false,
      handlers: Object.fromEntries(routes.map((route) => [route.method, apiHandler(route)])),
    })
  }
  return list
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Registers a path for every method: what it does not answer is a 405 that says what it does (RFC 9110 §15.5.6). */
function register(app: FastifyInstance, { endpoint, path, page, handlers }: PathHandlers): void {
  const allowed = [...Object.keys(handlers), ...('GET' in handlers ? ['HEAD'] : []), ...(page ? [] : ['OPTIONS'])]
  app.route({
    method: [...methods],
    url: path,
    onRequest: (request, reply, done) => {
      exchangeOf(request).endpoint = endpoint
      if (!page) allowOrigin(request, reply)
      done()
    },
    handler: (request, reply) => {
      const handler = handlers[request.method === 'HEAD' ? 'GET' : request.method]
      if (handler !== undefined) return handler(request, reply)
      if (request.method === 'OPTIONS' && !page) return answerPreflight(request, reply, allowed)
      throw new OAuthError('method_not_allowed', 'Method not allowed', `${path} answers ${allowed.join(', ')}; ${request.method} came`, {
        Allow: allowed.join(', '),
      })
    },
  })
}

/** The token endpoint (RFC 6749 §3.2): parameters in the body alone, never in the query, where they would be logged. */
async function postToken(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const exchange = exchangeOf(request)
  const read = readParameters(request.body, ['resource', 'audience'])
  const inQuery = Object.keys(request.query ?? {})
  const problem =
    inQuery.length === 0
      ? read.problem
      : new OAuthError(
          'invalid_request',
          'Parameters belong in the body',
          `The query has ${inQuery.join(', ')}: the token endpoint takes its parameters from the body alone (RFC 6749 §3.2)`,
        )
  const body = await token({ ...read, problem, authorization: request.headers.authorization }, exchange.context)
  return reply.header('Cache-Control', 'no-store').header('Pragma', 'no-cache').type('application/json').send(JSON.stringify(body))
}

function apiHandler(route: Route): Handler {
  return async (request, reply) => {
    const { sandbox, context, base_url } = exchangeOf(request)
    const { parameters: query, problem } = readParameters(request.query)
    if (problem !== undefined) throw problem
    const answer = await route.handle({
      context,
      directory: sandbox.directory,
      settings: sandbox.settings,
      base_url,
      authorization: request.headers.authorization,
      params: request.params as Record<string, string>,
      query,
      body: request.body,
    })
    return send(reply, answer)
  }
}

/** Says an error as the endpoint's callers understand it: a redirect or a page for browsers, the vendor's dialect for programs. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const exchange = exchangeOf(request)
  const { sandbox, endpoint } = exchange
  const error = toOAuthError(thrown)
  if (error.status >= 500 && error !== thrown) request.log.error({ err: thrown }, 'a request failed')
  explain(exchange, error, reply)
  if (error instanceof AuthorizationError) return redirect(reply, errorRedirect(error))
  if (endpoint === 'authorize' || (error.code === 'not_found' && wantsPage(request))) return errorPage(reply, exchange, error)
  reply.header('Cache-Control', 'no-store').header('Pragma', 'no-cache')
  return send(reply, sandbox.provider.errorReply(error, endpoint, sandbox.settings))
}

function notFound(request: FastifyRequest): OAuthError {
  const { sandbox, prefix } = exchangeOf(request)
  const { paths, routes } = sandbox.provider
  const known = [paths.authorize, paths.token, ...routes.map((route) => route.path)]
  const where = prefix === '' ? `sandbox '${sandbox.name}', the default one,` : `sandbox '${sandbox.name}'`
  return new OAuthError(
    'not_found',
    'Not found',
    `${where} speaks as ${sandbox.provider.name} and has no such path; it has: ${[...new Set(known)].join(', ')}`,
  )
}

function wantsPage(request: FastifyRequest): boolean {
  return (request.method === 'GET' || request.method === 'HEAD') && (request.headers.accept ?? '').includes('text/html')
}

function send(reply: FastifyReply, { status, headers = {}, body }: Reply): FastifyReply {
  reply.code(status).headers(headers)
  if (body === undefined) return reply.send()
  if (typeof body === 'string' || Buffer.isBuffer(body)) return reply.send(body)
  return reply.type('application/json').send(JSON.stringify(body))
}
