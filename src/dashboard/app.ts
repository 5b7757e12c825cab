import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { isOurHost } from '../control/addresses.ts'
import { Problem, toProblem } from '../control/problem.ts'
import { acceptForms, acceptUploads } from '../http/form-body.ts'
import { admit } from './access/access.ts'
import { dashboardPath } from './access/cookies.ts'
import { Csrf } from './access/csrf.ts'
import { type Place, placeOf } from './access/place.ts'
import { endSession, Sessions } from './access/session.ts'
import type { DashboardDeps } from './deps.ts'
import { Fields } from './forms/fields.ts'
import { registerOutside } from './frame/outside.ts'
import { page, render } from './frame/page.ts'
import { checkForm, csrfToken, registerPages, seeOther } from './frame/visit.ts'
import { menu, outside } from './registry.ts'

const signInPage = page<{ to: string; error?: string | undefined }>('sign-in')
/** Comes back by itself, from our own site, so that the browser sends its cookies. */
const returnPage = page<{ href: string }>('return')
const errorPage = page<{ status: number; heading: string; message: string; back: string }>('error')

/** The partner dashboard, below `/dashboard`. It does not listen: requests are handed to `app.routing`. */
export async function createDashboardApp(deps: DashboardDeps): Promise<FastifyInstance> {
  const csrf = new Csrf()
  const sessions = deps.adminToken === undefined ? undefined : new Sessions(deps.adminToken)
  const app = fastify({
    ...(deps.bodyLimit !== undefined && { bodyLimit: deps.bodyLimit }),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    frameworkErrors: (error, request, reply) => {
      answerProblem(error, request, reply, deps)
    },
  })
  acceptForms(app)
  acceptUploads(app)
  guard(app, deps, sessions, csrf)
  app.addHook('onSend', async (request, reply) => {
    await deps.settled(request.raw, reply.statusCode)
  })
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply, deps))
  app.setNotFoundHandler(() => {
    throw new Problem(404, 'There is no such page. The menu of a sandbox names those there are.')
  })

  // Signing in and out; a path of its own might be a sandbox's name.
  app.post(dashboardPath, (request, reply) => {
    checkForm(request, deps, csrf)
    const form = new Fields(request.body)
    const { port, now, place } = circumstances(request, deps)
    if (form.text('do') === 'sign-out') return seeOther(reply.header('Set-Cookie', endSession(place, port)), place.root + dashboardPath)
    const to = ownPath(form.raw('to'))
    const cookie = sessions?.begin(form.text('token'), place, port, now)
    if (sessions !== undefined && cookie === undefined) return askForToken(request, reply, csrf, place, to, true)
    if (cookie !== undefined) reply.header('Set-Cookie', cookie)
    return seeOther(reply, place.root + to)
  })
  await app.register((inner, _options, done) => {
    // When the disk refuses what was done before a refusal was worded, the handler of the whole app speaks.
    inner.setErrorHandler((error, request, reply) => answerProblem(error, request, reply, deps))
    registerOutside(inner, outside, deps, csrf)
    registerPages(inner, menu, deps, csrf)
    done()
  })
  await app.ready()
  return app
}

/** Lets in who may see the dashboard. A token in the address becomes a cookie at once, for addresses are kept in histories. */
function guard(app: FastifyInstance, deps: DashboardDeps, sessions: Sessions | undefined, csrf: Csrf): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { method, url, headers } = request
    const { place, ...where } = circumstances(request, deps)
    const admission = admit({ method, headers, ...where, sessions, isOurHost: (name) => isOurHost(name, deps) })
    if (admission.is === 'refused') throw new Problem(403, admission.problem)
    const { path, token } = takeToken(url)
    if (token !== undefined && method === 'GET') {
      const cookie = sessions?.begin(token, place, where.port, where.now)
      if (sessions !== undefined && cookie === undefined) return askForToken(request, reply, csrf, place, path, true)
      if (cookie !== undefined) reply.header('Set-Cookie', cookie)
      return seeOther(reply, place.root + path)
    }
    if (admission.is === 'return') {
      return render(reply, returnPage({ title: 'Dashboard', href: place.root + ownPath(url) }), { root: place.root, csrf: '' })
    }
    // The form that signs in is read before its sender is known.
    if (admission.is === 'sign-in' && !(method === 'POST' && path === dashboardPath)) {
      return askForToken(request, reply, csrf, place, method === 'GET' ? path : dashboardPath, false)
    }
    done()
  })
}

function askForToken(request: FastifyRequest, reply: FastifyReply, csrf: Csrf, place: Place, to: string, refused: boolean): FastifyReply {
  const error = refused ? 'This is not the admin token of this grantbox.' : undefined
  // RFC 9110 §15.5.2 asks for a challenge; no browser opens a box of its own for this one.
  reply.code(401).header('WWW-Authenticate', 'Bearer realm="grantbox"')
  return render(reply, signInPage({ title: 'Sign in', to: ownPath(to), error }), {
    root: place.root,
    csrf: csrfToken(request, reply, csrf, place),
  })
}

function circumstances({ raw }: FastifyRequest, deps: DashboardDeps): { port: string; now: number; place: Place } {
  const place = placeOf(raw, deps)
  const { port, protocol } = new URL(place.origin)
  return { port: port || (protocol === 'https:' ? '443' : '80'), now: deps.clock.now(), place }
}

/** An address without the token in its query. */
function takeToken(url: string): { path: string; token: string | undefined } {
  const [path = dashboardPath, query = ''] = url.split('?', 2)
  const parameters = new URLSearchParams(query)
  const token = parameters.get('token') ?? undefined
  if (token === undefined) return { path: url, token }
  parameters.delete('token')
  return { path: parameters.size === 0 ? path : `${path}?${parameters}`, token }
}

/** A path of the dashboard; anything else becomes its first page. */
function ownPath(path: string | undefined): string {
  return path !== undefined && /^\/dashboard(?=[/?]|$)[\x21-\x7e]*$/.test(path) ? path : dashboardPath
}

function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, deps: DashboardDeps): FastifyReply {
  const { root } = placeOf(request.raw, deps)
  const { status, message, headers } = toProblem(error)
  if (status >= 500) deps.onError?.(error)
  const [, sandbox] = /^\/dashboard\/([a-z0-9][a-z0-9-]*)[/~]/i.exec(request.url) ?? []
  const back = root + (sandbox === undefined ? dashboardPath : `${dashboardPath}/${sandbox}/apps`)
  const model = { title: headings[status] ?? 'Error', heading: headings[status] ?? 'This did not work', status, message, back }
  return render(reply.code(status).headers(headers), errorPage(model), { root, csrf: '' })
}

const headings: Readonly<Record<number, string>> = {
  403: 'This is refused',
  404: 'There is nothing here',
  409: 'This is taken',
  500: 'Something broke',
}
