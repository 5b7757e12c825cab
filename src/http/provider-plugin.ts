import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify'
import { parseJson } from '../basics/json.ts'
import { errorAnswer } from '../oauth/authorization/response.ts'
import { AuthorizationError, OAuthError, PageError } from '../oauth/model/errors.ts'
import { readParameters } from '../oauth/model/parameters.ts'
import { hostOf } from '../providers/hosts.ts'
import type { Provider, Route, SignedInBrowser } from '../providers/provider.ts'
import { checkSpace, routed } from '../providers/space.ts'
import { standard } from '../providers/standard/standard.ts'
import { sendAnswer } from './answer.ts'
import { allowOrigin, answerPreflight, keepToOrigins } from './cors.ts'
import { type EndpointHandlers, type Handler, noStore, redirect, send } from './endpoint.ts'
import { queryProblem, takenQuery } from './endpoints/client-query.ts'
import { errorPath } from './endpoints/error-page.ts'
import { protocolEndpoints } from './endpoints/registry.ts'
import { explain, toOAuthError } from './errors.ts'
import { type Exchange, exchangeOf } from './exchange.ts'
import { withFaults } from './faults.ts'
import { acceptForms } from './form-body.ts'
import { beginSession, forgetSession, sessionOf } from './pages/browser-session.ts'
import { errorPage } from './pages/pages.ts'

/** A provider's routes: the protocol's endpoints at the vendor's paths, the vendor's API, and errors in the vendor's words. */
export function providerPlugin(provider: Provider, logger: FastifyBaseLogger) {
  // What cannot be registered is told to whoever makes the app, by the promise.
  return (app: FastifyInstance) => new Promise<void>((done) => done(addRoutes(app, provider, logger)))
}

function addRoutes(app: FastifyInstance, provider: Provider, logger: FastifyBaseLogger): void {
  acceptForms(app)
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser(['application/json', ...(provider.json_types ?? [])], { parseAs: 'string' }, (_request, body: string, done) => {
    // API clients announce JSON and send nothing.
    if (body.trim() === '') return done(null, undefined)
    try {
      done(null, parseJson(body))
    } catch {
      done(new OAuthError('malformed_body', 'Body is not valid JSON', 'The body was announced as JSON and is not'), undefined)
    }
  })
  if (provider.json_answers !== undefined) app.addHook('onSend', worded(provider))
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, logger))
  app.setNotFoundHandler((request, reply) => {
    allowOrigin(request, reply)
    throw notFound(request)
  })
  for (const one of pathsOf(provider)) register(app, provider, one)
}

/** What a version of a vendor's API has that says nothing of them. */
const noPaths = { authorize: '', token: '' }

/** Headers of answers that hold JSON, as the vendor has them. */
function worded({ json_answers = '', json_headers = {}, cache_control = {} }: Provider): onSendHookHandler {
  return (request, reply, payload, done) => {
    const caching = cache_control[exchangeOf(request).endpoint]
    const own = reply.getHeader('cache-control')
    if (caching !== undefined && (own === undefined || own === 'no-store')) {
      reply.removeHeader('pragma').removeHeader('cache-control')
      if (reply.statusCode < 400 && caching !== '') reply.header('cache-control', caching)
    }
    const type = String(reply.getHeader('content-type'))
    if (type.startsWith('application/json')) reply.headers(json_headers)
    if (type.startsWith('application/json; ')) reply.header('content-type', json_answers)
    done(null, payload)
  }
}

/** What a path answers, and where it is. */
interface Placed extends EndpointHandlers {
  readonly path: string
  /** What of the vendor's it is, where that may have a host of its own. */
  readonly hosted?: string | undefined
}

/** What each path of a provider answers. */
function pathsOf(provider: Provider): Placed[] {
  const editions = Object.values(provider.editions ?? {}).map((one) => ({ ...provider, ...one, paths: { ...noPaths, ...one.paths } }))
  const older = (provider.also ?? []).map((paths) => ({ ...provider, paths: { ...noPaths, ...paths, discovery: [] } }))
  const protocol = protocolEndpoints.flatMap((one) => {
    const [usual, others] = [[provider, ...editions], older].map((all) => new Set(all.flatMap((its) => one.paths(its))))
    const placed = { endpoint: one.endpoint, page: one.page === true, handlers: handlersOf(one, provider) }
    return [
      ...[...(usual ?? [])].flatMap((path) => (path ? [{ ...placed, path, hosted: one.hosted ?? one.endpoint }] : [])),
      ...[...(others ?? [])].flatMap((path) => (path && usual?.has(path) !== true ? [{ ...placed, path }] : [])),
    ]
  })
  const own = [...Map.groupBy(provider.routes, (route) => route.path)].map(([path, routes]) => ({
    path,
    endpoint: routes[0]?.endpoint ?? ('api' as const),
    handlers: Object.fromEntries(routes.map((route) => [route.method, apiHandler(route)])),
  }))
  return [...protocol, ...own]
}

/** Some vendors are asked by GET where the RFCs have POST alone. */
function handlersOf({ endpoint, handlers }: EndpointHandlers, { requests }: Provider): EndpointHandlers['handlers'] {
  const { POST } = handlers
  return POST !== undefined && requests?.by_get?.includes(endpoint) === true ? { ...handlers, GET: POST } : handlers
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Registers a path for every method: what it does not answer is a 405 that says what it does (RFC 9110 §15.5.6). */
function register(app: FastifyInstance, provider: Provider, { endpoint, path, page = false, handlers, hosted }: Placed): void {
  const answers = new Map(Object.entries(handlers).map(([method, handler]) => [method, withFaults(handler)]))
  const allowed = [...answers.keys(), ...('GET' in handlers ? ['HEAD'] : []), ...(page ? [] : ['OPTIONS'])]
  app.route({
    method: [...methods],
    url: routed(path),
    onRequest: (request, reply, done) => {
      const exchange = exchangeOf(request)
      exchange.endpoint = endpoint
      if (!page) allowOrigin(request, reply)
      if (exchange.sandbox.provider.endpoint_hosts !== undefined && hosted !== undefined) checkHost(exchange, hosted)
      if (exchange.context.space !== undefined) checkSpace(exchange.context.space, exchange.sandbox)
      done()
    },
    ...(page || provider.cors === undefined ? {} : { onSend: keepToOrigins(provider.cors) }),
    handler: (request, reply) => {
      exchangeOf(request).came = request
      const answer = answers.get(request.method === 'HEAD' ? 'GET' : request.method)
      if (answer !== undefined) {
        // Not handed to the framework, which would wait for the reply itself ({@link Handler}).
        const later = answer(request, reply)
        later?.catch((error: unknown) => {
          if (!reply.sent) reply.send(error)
        })
        return
      }
      if (request.method === 'OPTIONS' && !page) return answerPreflight(request, reply, allowed, provider.cors)
      throw new OAuthError('method_not_allowed', 'Method not allowed', `${path} answers ${allowed.join(', ')}; ${request.method} came`, {
        Allow: allowed.join(', '),
      }).naming({ method: request.method })
    },
  })
}

/** An endpoint that has a host of its own is at none of the vendor's others. */
function checkHost({ origin: { name }, sandbox: { provider } }: Exchange, hosted: string): void {
  const host = hostOf(hosted, name, provider)
  if (host === undefined || host.toLowerCase() === name) return
  throw new OAuthError('not_found', 'Not found', `${provider.name} has ${hosted} at ${host}; ${name} was asked`)
}

function apiHandler(route: Route): Handler {
  return async (request, reply) => {
    const { sandbox, context, base_url } = exchangeOf(request)
    const refused = route.query === undefined ? undefined : queryProblem(request, route.query)
    const { parameters: query, problem = refused } = readParameters(route.query ? takenQuery(request, route.query) : request.query)
    if (problem !== undefined) throw problem
    const answer = await route.handle({
      context,
      directory: sandbox.directory,
      social: sandbox.social,
      documents: sandbox.documents,
      spaces: sandbox.spaces,
      settings: sandbox.settings,
      base_url,
      method: request.method,
      authorization: request.headers.authorization,
      headers: request.headers,
      params: request.params as Record<string, string>,
      query,
      body: request.body,
      browser: browserOf(request, reply),
      past: () => sandbox.journal.list().map((one) => ({ ...one, redirected: one.status === 302 || one.status === 303 })),
    })
    return send(reply, answer)
  }
}

function browserOf(request: FastifyRequest, reply: FastifyReply): SignedInBrowser {
  const exchange = exchangeOf(request)
  return {
    session: () => sessionOf(request, exchange),
    begin: (user) => beginSession(reply, exchange, user),
    end() {
      const session = sessionOf(request, exchange)
      if (session !== undefined) exchange.sandbox.store.endSession(session)
      forgetSession(reply, exchange)
    },
  }
}

/** Says an error as the endpoint's callers understand it: a redirect or a page for browsers, the vendor's dialect for programs. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, logger: FastifyBaseLogger): void {
  const exchange = exchangeOf(request)
  const { sandbox, endpoint } = exchange
  const error = toOAuthError(thrown, request.routeOptions.bodyLimit, request.headers['content-type'])
  if (error.status >= 500 && error !== thrown) logger.error({ err: thrown }, 'a request failed')
  explain(exchange, error, reply)
  if (error instanceof AuthorizationError) {
    sendAnswer(reply, exchange, errorAnswer(error, exchange.context)).catch((failure: unknown) => reply.send(failure))
    return
  }
  const elsewhere = errorPath(error, request, exchange)
  if (elsewhere !== undefined) {
    redirect(reply, elsewhere)
    return
  }
  const hasPage = sandbox.provider.sign_in?.error?.not_for?.includes(error.code) !== true
  const onPage =
    endpoint === 'authorize' || endpoint === 'end_session' || (endpoint === 'device_authorization' && error instanceof PageError)
  if ((onPage && hasPage) || (error.code === 'not_found' && wantsPage(request))) {
    errorPage(reply, exchange, error)
    return
  }
  const { trace, space } = exchange.context
  const situation = { grant_type: trace.grant_type, accept: request.headers.accept, space, context: exchange.context }
  const said = sandbox.provider.errorReply(error, endpoint, sandbox.settings, situation)
  send(said.cacheable === true ? reply : noStore(reply), said)
}

function notFound(request: FastifyRequest): OAuthError {
  const { sandbox, prefix, paths, url } = exchangeOf(request)
  const { routes, name } = sandbox.provider
  const discovery = paths.discovery?.map((one) => `/.well-known/${one}`) ?? []
  const known = [paths.authorize, paths.token, ...discovery, ...routes.map((route) => route.path)]
  const where = prefix === '' ? `sandbox '${sandbox.name}', the default one,` : `sandbox '${sandbox.name}'`
  const explanation = `${where} speaks as ${name} and has no such path; it has: ${[...new Set(known)].join(', ')}`
  return new OAuthError('not_found', 'Not found', `${openIdElsewhere(sandbox.provider, url)}${explanation}`)
}

/** Where OpenID Connect is, for who asks a vendor that has none for what it has, at its path or at that of another product. */
function openIdElsewhere({ name, paths }: Provider, url: string): string {
  if (paths.discovery?.includes('openid-configuration') === true) return ''
  const [path = ''] = url.toLowerCase().split('?')
  const isWellKnown = /\/\.well-known\/(openid-configuration|oauth-authorization-server|jwks)/.test(path)
  if (!isWellKnown && !Object.values(standard.paths).some((one) => typeof one === 'string' && path.endsWith(one))) return ''
  const { id } = standard
  const found = `/${id}/.well-known/openid-configuration`
  return `${name} has no OpenID Connect here. Sandbox '${id}' has it: ${found}; so has the root with --provider ${id}. And `
}

function wantsPage(request: FastifyRequest): boolean {
  return (request.method === 'GET' || request.method === 'HEAD') && (request.headers.accept ?? '').includes('text/html')
}
