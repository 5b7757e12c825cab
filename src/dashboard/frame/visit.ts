import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addressesOf } from '../../control/addresses.ts'
import { sandboxNamed } from '../../control/input/lookup.ts'
import { Problem } from '../../control/problem.ts'
import type { Addresses } from '../../sandbox/addresses.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { dashboardPath } from '../access/cookies.ts'
import { type Csrf, csrfField } from '../access/csrf.ts'
import type { DashboardDeps } from '../deps.ts'
import { Fields } from '../forms/fields.ts'
import { basePath, frameOf } from './frame.ts'
import { type Notice, noticeText } from './notices.ts'
import { type DashboardParts, type DashboardViews, render, type Titled } from './views.ts'

/** One request to a sandbox's dashboard. */
export interface Visit {
  readonly sandbox: Sandbox
  /** Path of the sandbox's dashboard, without a slash at the end. */
  readonly base: string
  /** Scheme and host by which the browser reaches the dashboard. */
  readonly origin: string
  /** The sandbox as this browser reaches it. */
  readonly addresses: Addresses
  readonly params: Readonly<Record<string, string>>
  readonly query: Fields
  readonly form: Fields
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** Answers with a page. */
  page<K extends keyof DashboardViews>(name: K, model: DashboardViews[K] & Titled, status?: number): FastifyReply
  /** Answers a form: the browser goes on to that path of the dashboard, where a notice says what was done. */
  go(path: string, notice?: Notice, count?: number): FastifyReply
}

type Handler = (visit: Visit) => Promise<FastifyReply>

/** Registers what the dashboard of every sandbox has. */
export interface Pages {
  get(path: string, handler: Handler): void
  /** A form of ours: one that is not is refused before the handler sees it. */
  post(path: string, handler: Handler): void
  /** Draws a part of a page, for what is sent to a page that is open. */
  draw<K extends keyof DashboardParts>(name: K, model: DashboardParts[K]): Promise<string>
  readonly deps: DashboardDeps
}

/** The pages of one part of the dashboard: a file each, listed in app.ts. */
export type Part = (pages: Pages) => void

/** Paths are below `/dashboard/{sandbox}`. */
export function pagesOf(app: FastifyInstance, deps: DashboardDeps, csrf: Csrf): Pages {
  return {
    deps,
    draw: (name, model) => app.view(`dashboard/${name}`, model),
    get: (path, handler) => app.get(`${dashboardPath}/:sandbox${path}`, (request, reply) => handler(visit(request, reply, deps, csrf))),
    post: (path, handler) =>
      app.post(`${dashboardPath}/:sandbox${path}`, (request, reply) => {
        checkForm(request, deps, csrf)
        return handler(visit(request, reply, deps, csrf))
      }),
  }
}

/** @throws Problem for a form that is not ours */
export function checkForm(request: FastifyRequest, { originOf }: DashboardDeps, csrf: Csrf): void {
  const { headers, body, raw } = request
  const origin = headers.origin
  const fetchSite = headers['sec-fetch-site']?.toString()
  const problem = csrf.problem({
    token: new Fields(body).raw(csrfField),
    cookies: headers.cookie,
    host: originOf(raw).host,
    ...(origin !== undefined && { origin }),
    ...(fetchSite !== undefined && { fetchSite }),
  })
  if (problem !== undefined) {
    throw new Problem(403, `${problem} Nothing was changed. Go back to the dashboard, load its page again and send the form from there.`)
  }
}

/** The token of a page's forms; a browser without the cookie that belongs to it gets one. */
export function csrfToken(request: FastifyRequest, reply: FastifyReply, csrf: Csrf): string {
  const { token, cookie } = csrf.issue(request.headers.cookie)
  if (cookie !== undefined) reply.header('Set-Cookie', cookie)
  return token
}

function visit(request: FastifyRequest, reply: FastifyReply, deps: DashboardDeps, csrf: Csrf): Visit {
  const params = request.params as Record<string, string>
  const sandbox = sandboxNamed(params.sandbox ?? '', deps.sandboxes)
  const base = basePath(sandbox)
  const query = new Fields(request.query)
  const { scheme, host } = deps.originOf(request.raw)
  return {
    sandbox,
    base,
    origin: `${scheme}://${host}`,
    addresses: addressesOf(sandbox, request.raw, deps),
    params,
    query,
    form: new Fields(request.body),
    request,
    reply,
    page(name, model, status = 200) {
      const notice = noticeText(query.text('notice'), query.text('n'))
      const frame = frameOf(sandbox, model.section, notice)
      return render(reply.code(status), name, model, {
        frame,
        csrf: csrfToken(request, reply, csrf),
        signedIn: deps.adminToken !== undefined,
      })
    },
    go(path, notice, count) {
      return seeOther(reply, notice === undefined ? `${base}${path}` : withNotice(`${base}${path}`, notice, count))
    },
  }
}

/** 303: the browser gets the page with GET, and reloading it sends no form again. */
export function seeOther(reply: FastifyReply, path: string): FastifyReply {
  return reply.code(303).header('Location', path).header('Cache-Control', 'no-store').send()
}

function withNotice(path: string, notice: Notice, count: number | undefined): string {
  const [before = '', fragment] = path.split('#', 2)
  const parameters = `notice=${notice}${count === undefined ? '' : `&n=${count}`}`
  return `${before}${before.includes('?') ? '&' : '?'}${parameters}${fragment === undefined ? '' : `#${fragment}`}`
}
