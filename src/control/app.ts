/**
 * In this room: the control API: its app, who may call it, how it refuses. `resources/` has its routes, `input/` what it is told,
 * `views/` what it shows, `exports/` what it makes for other tools.
 * Elsewhere: what the routes do, which is in `sandbox/` and `oauth/`: a route checks, calls and shows.
 */

import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { parseJson } from '../basics/json.ts'
import { decideAccess } from './access.ts'
import { isOurHost } from './addresses.ts'
import type { ControlDeps, Resource } from './deps.ts'
import { check, validatorCompiler } from './input/validation.ts'
import { Problem, problemBody, problemType, toProblem } from './problem.ts'
import { apps } from './resources/apps.ts'
import { authorize } from './resources/authorize.ts'
import { callbacks } from './resources/callbacks.ts'
import { clients } from './resources/clients.ts'
import { clock } from './resources/clock.ts'
import { deferred } from './resources/deferred.ts'
import { exam } from './resources/exam.ts'
import { examAttestation } from './resources/exam-attestation.ts'
import { faults } from './resources/faults.ts'
import { grants } from './resources/grants.ts'
import { health } from './resources/health.ts'
import { hints } from './resources/hints.ts'
import { imports, spaceImports } from './resources/imports.ts'
import { keys } from './resources/keys.ts'
import { describeRoutes, openapi } from './resources/openapi.ts'
import { outbox } from './resources/outbox.ts'
import { ownProviders } from './resources/own-providers.ts'
import { postmanExport } from './resources/postman-export.ts'
import { providers } from './resources/providers.ts'
import { proxy } from './resources/proxy.ts'
import { requests } from './resources/requests.ts'
import { sandbox, sandboxes } from './resources/sandboxes.ts'
import { spaces } from './resources/spaces.ts'
import { state } from './resources/state.ts'
import { tokens } from './resources/tokens.ts'
import { userEvents } from './resources/user-events.ts'
import { userGeneration } from './resources/user-generation.ts'
import { users } from './resources/users.ts'

/** Everything the API has; a new kind of thing is one file and one name here. */
const resources: readonly Resource[] = [
  health,
  providers,
  ownProviders,
  proxy,
  sandboxes,
  sandbox,
  state,
  spaces,
  apps,
  clients,
  users,
  userEvents,
  userGeneration,
  authorize,
  tokens,
  grants,
  deferred,
  imports,
  spaceImports,
  outbox,
  keys,
  clock,
  faults,
  callbacks,
  requests,
  hints,
  exam,
  examAttestation,
  postmanExport,
  openapi,
]

const prefix = '/_grantbox'

/** What is read by a route without a schema. */
const nothing = z.strictObject({})

/** The control API, below `/_grantbox`. It does not listen: requests are handed to `app.routing`. */
export async function createControlApp(deps: ControlDeps): Promise<FastifyInstance> {
  const app = fastify({
    ...(deps.bodyLimit !== undefined && { bodyLimit: deps.bodyLimit }),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    frameworkErrors: (error, _request, reply) => {
      answerProblem(error, reply, deps)
    },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  acceptJsonAlone(app)
  guard(app, deps)
  app.addHook('onSend', async (request, reply) => {
    await deps.settled(request.raw, reply.statusCode)
  })
  app.setErrorHandler((error, _request, reply) => answerProblem(error, reply, deps))
  answerUnknownPaths(app)
  await describeRoutes(app, deps.version)
  await app.register(async (inner) => {
    // When the disk refuses what was done before a refusal was worded, the handler of the whole app speaks.
    inner.setErrorHandler((error, _request, reply) => answerProblem(error, reply, deps))
    // A filter or a member that a route does not read would be taken for one that works.
    inner.addHook('preHandler', ({ routeOptions: { schema }, query, body }, _reply, done) => {
      if (schema?.querystring === undefined) check(nothing, query)
      if (schema?.body === undefined && typeof body === 'object' && body !== null) check(nothing, body)
      done()
    })
    for (const resource of resources) await inner.withTypeProvider<ZodTypeProvider>().register(resource, { ...deps, prefix })
  })
  await app.ready()
  return app
}

/** An empty body is no body, whatever type it was announced with. */
function acceptJsonAlone(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(/^application\/([\w.-]+\+)?json\b/i, { parseAs: 'string' }, (_request, text: string, done) => {
    if (text.trim() === '') return done(null, undefined)
    try {
      done(null, parseJson(text))
    } catch (error) {
      done(new Problem(400, `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`), undefined)
    }
  })
}

function guard(app: FastifyInstance, deps: ControlDeps): void {
  app.addHook('onRequest', ({ method, url, headers }, _reply, done) => {
    const access = decideAccess({
      host: headers.host,
      origin: headers.origin,
      fetchSite: headers['sec-fetch-site']?.toString(),
      authorization: headers.authorization,
      method,
      path: pathOf(url),
      adminToken: deps.adminToken,
      isOurHost: (name) => isOurHost(name, deps),
    })
    if (!access.allowed) throw new Problem(access.status, access.problem, [], access.headers)
    done()
  })
}

function answerProblem(error: unknown, reply: FastifyReply, { onError }: ControlDeps): FastifyReply {
  const problem = toProblem(error)
  if (problem.status >= 500) onError?.(error)
  return reply.code(problem.status).headers(problem.headers).type(problemType).send(problemBody(problem))
}

/** 404, or 405 for a path that answers other methods (RFC 9110 §15.5.6). */
function answerUnknownPaths(app: FastifyInstance): void {
  const paths = new Map<string, { pattern: RegExp; methods: Set<string> }>()
  app.addHook('onRoute', ({ url, method }) => {
    const route = paths.get(url) ?? {
      pattern: new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}/?$`),
      methods: new Set(),
    }
    for (const name of [method].flat()) route.methods.add(name)
    paths.set(url, route)
  })
  app.setNotFoundHandler(({ method, url }) => {
    const path = pathOf(url)
    const allowed = new Set([...paths.values()].filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => [...methods]))
    if (allowed.size === 0) throw new Problem(404, `${path} is not part of the control API, which ${prefix}/openapi.json describes`)
    const list = [...allowed].join(', ')
    throw new Problem(405, `${path} answers ${list}; ${method} came`, [], { Allow: list })
  })
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url
}
