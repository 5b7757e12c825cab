/**
 * In this room: what all pages of a sandbox share: a visit, how a page and a part are defined, the frame with its menu, notices,
 * wording of times.
 * Elsewhere: anything that only one part has.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { given } from '../../basics/given.ts'
import { after } from '../../basics/maybe-promise.ts'
import { addressesOf } from '../../control/addresses.ts'
import { sandboxNamed, spaceNamed } from '../../control/input/lookup.ts'
import { Problem } from '../../control/problem.ts'
import { draw } from '../../http/pages/views.ts'
import type { Addresses } from '../../sandbox/addresses.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { dashboardPath } from '../access/cookies.ts'
import { type Csrf, csrfField } from '../access/csrf.ts'
import { type Place, placeOf } from '../access/place.ts'
import type { DashboardDeps } from '../deps.ts'
import { Fields } from '../forms/fields.ts'
import { basePathOf, frameOf, type MenuGroup, type MenuItem, type MenuSection } from './frame.ts'
import { type Notice, noticeText } from './notices.ts'
import { type Page, render, type Template, type Titled } from './page.ts'

/** One request to the dashboard. */
export interface PageVisit {
  /** Path below which its pages are, without a slash at the end. */
  readonly base: string
  /** What stands before each of our paths there. */
  readonly root: string
  /** Scheme and host by which the browser reaches the dashboard. */
  readonly origin: string
  readonly params: Readonly<Record<string, string>>
  readonly query: Fields
  readonly form: Fields
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** Answers with a page. */
  show<Model extends object>(page: Page<Model>, model: NoInfer<Model & Titled>, status?: number): FastifyReply
  /** Answers a form: the browser goes on to that path of the dashboard, where a notice says what was done. */
  go(path: string, notice?: Notice, count?: number): FastifyReply
}

/** One request to a sandbox's dashboard. */
export interface Visit extends PageVisit {
  /** The sandbox, or the space of it that the address names. */
  readonly sandbox: Sandbox
  /** The sandbox as this browser reaches it. */
  readonly addresses: Addresses
}

type Handler = (visit: Visit) => FastifyReply | Promise<FastifyReply>

/** Registers what the dashboard of every sandbox has. Paths are below `/dashboard/{sandbox}`. */
export interface Pages {
  get(path: string, handler: Handler): void
  /**
   * A form of ours: one that is not is refused before the handler sees it.
   * @param bodyLimit how many bytes it may have, where a file comes with it
   */
  post(path: string, handler: Handler, bodyLimit?: number): void
  /** Draws a part of a page, for what is sent to a page that is open. */
  draw<Model extends object>(template: Template<Model>, model: NoInfer<Model>): string
  readonly deps: DashboardDeps
}

/** One part of the dashboard: a file each, listed in registry.ts. */
export interface Part extends PartOptions {
  routes(pages: Pages): void
}

interface PartOptions extends MenuItem {
  /** What its forms let the next page say. */
  notices?: Readonly<Record<string, Notice>>
}

/** Defines a part by its routes. */
export function part(options: PartOptions, routes: Part['routes']): Part {
  return { ...options, routes }
}

/** The parts below an entry of the menu. */
export interface Section extends MenuSection {
  parts: readonly [Part, ...Part[]]
}

/** Every part's pages in one app. */
export function registerPages(app: FastifyInstance, menu: readonly MenuGroup<Section>[], deps: DashboardDeps, csrf: Csrf): void {
  const sections = menu.flatMap((group) => group.sections)
  const notices = sections.flatMap(({ parts }) => parts.flatMap((part) => Object.values(part.notices ?? {})))
  for (const section of sections) {
    const visited = (request: FastifyRequest, reply: FastifyReply, handler: Handler) => {
      const [name, space] = addressed(request)
      const shared = { deps, csrf, menu, section, notices }
      return after(sandboxNamed(name, deps.sandboxes), (found) => {
        const wanted = space === undefined ? found : spaceNamed(space, found)
        return handler(visit(wanted, request, reply, shared))
      })
    }
    const pages: Pages = {
      deps,
      draw(part, values) {
        const { template, model } = part(values)
        return draw(template, model)
      },
      get: (path, handler) => app.get(`${dashboardPath}/:sandbox${path}`, (request, reply) => visited(request, reply, handler)),
      post: (path, handler, bodyLimit) =>
        app.post(`${dashboardPath}/:sandbox${path}`, given({ bodyLimit }), (request, reply) => {
          checkForm(request, deps, csrf)
          return visited(request, reply, handler)
        }),
    }
    for (const part of section.parts) part.routes(pages)
  }
}

/** The names of the sandbox and of its space, from `box~partners`. */
function addressed({ params }: FastifyRequest): [string, string | undefined] {
  const [, name = '', space] = /^([^~]*)(?:~(.*))?$/s.exec((params as { sandbox?: string }).sandbox ?? '') ?? []
  return [name, space]
}

/** @throws Problem for a form that is not ours */
export function checkForm(request: FastifyRequest, deps: DashboardDeps, csrf: Csrf): void {
  const { headers, body, raw } = request
  const origin = headers.origin
  const fetchSite = headers['sec-fetch-site']?.toString()
  const problem = csrf.problem({
    token: new Fields(body).raw(csrfField),
    cookies: headers.cookie,
    hosts: placeOf(raw, deps).hosts,
    ...(origin !== undefined && { origin }),
    ...(fetchSite !== undefined && { fetchSite }),
  })
  if (problem !== undefined) {
    throw new Problem(403, `${problem} Nothing was changed. Go back to the dashboard, load its page again and send the form from there.`)
  }
}

/** The token of a page's forms; a browser without the cookie that belongs to it gets one. */
export function csrfToken(request: FastifyRequest, reply: FastifyReply, csrf: Csrf, place: Place): string {
  const { token, cookie } = csrf.issue(request.headers.cookie, place)
  if (cookie !== undefined) reply.header('Set-Cookie', cookie)
  return token
}

/** What every visit to a section shares. */
interface SectionDeps {
  deps: DashboardDeps
  csrf: Csrf
  menu: readonly MenuGroup[]
  section: Section
  notices: readonly Notice[]
}

function visit(sandbox: Sandbox, request: FastifyRequest, reply: FastifyReply, { deps, csrf, menu, section, notices }: SectionDeps): Visit {
  const params = request.params as Record<string, string>
  const place = placeOf(request.raw, deps)
  const { origin, root } = place
  const base = basePathOf(sandbox, root)
  const query = new Fields(request.query)
  return {
    sandbox,
    base,
    origin,
    root,
    addresses: addressesOf(sandbox, request.raw, deps),
    params,
    query,
    form: new Fields(request.body),
    request,
    reply,
    show(page, model, status = 200) {
      const notice = noticeText(notices, query.text('notice'), query.text('n'))
      return render(reply.code(status), page(model), {
        frame: frameOf(sandbox, root, menu, section, notice),
        root,
        csrf: csrfToken(request, reply, csrf, place),
        signedIn: deps.adminToken !== undefined,
      })
    },
    go(path, notice, count) {
      return seeOther(reply, withNotice(`${base}${path}`, notice, count))
    },
  }
}

/** 303: the browser gets the page with GET, and reloading it sends no form again. */
export function seeOther(reply: FastifyReply, path: string): FastifyReply {
  return reply.code(303).header('Location', path).header('Cache-Control', 'no-store').send()
}

/** A path with the notice that its page shows. */
export function withNotice(path: string, notice: Notice | undefined, count?: number): string {
  if (notice === undefined) return path
  const [before = '', fragment] = path.split('#', 2)
  const parameters = `notice=${notice.name}${count === undefined ? '' : `&n=${count}`}`
  return `${before}${before.includes('?') ? '&' : '?'}${parameters}${fragment === undefined ? '' : `#${fragment}`}`
}
