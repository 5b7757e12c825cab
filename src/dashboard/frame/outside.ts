import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { given } from '../../basics/given.ts'
import { dashboardPath } from '../access/cookies.ts'
import type { Csrf } from '../access/csrf.ts'
import { placeOf } from '../access/place.ts'
import type { DashboardDeps } from '../deps.ts'
import { Fields } from '../forms/fields.ts'
import { type Notice, noticeText } from './notices.ts'
import { render } from './page.ts'
import { checkForm, csrfToken, type PageVisit, seeOther, withNotice } from './visit.ts'

type Handler = (visit: PageVisit) => FastifyReply | Promise<FastifyReply>

/** Registers pages that are about no sandbox. Paths are below `/dashboard`; all but the first page's begin with `/-/`. */
interface OutsidePages {
  get(path: string, handler: Handler): void
  /**
   * A form of ours: one that is not is refused before the handler sees it.
   * @param bodyLimit how many bytes it may have, where a file comes with it
   */
  post(path: string, handler: Handler, bodyLimit?: number): void
  readonly deps: DashboardDeps
}

/** One part of what is outside of every sandbox: a file each, listed in registry.ts. */
export interface OutsidePart {
  notices?: Readonly<Record<string, Notice>>
  routes(pages: OutsidePages): void
}

/** Every part's pages in one app. */
export function registerOutside(app: FastifyInstance, parts: readonly OutsidePart[], deps: DashboardDeps, csrf: Csrf): void {
  const notices = parts.flatMap((part) => Object.values(part.notices ?? {}))
  const visit = (request: FastifyRequest, reply: FastifyReply): PageVisit => {
    const place = placeOf(request.raw, deps)
    const { origin, root } = place
    const base = root + dashboardPath
    const query = new Fields(request.query)
    return {
      base,
      origin,
      root,
      params: request.params as Record<string, string>,
      query,
      form: new Fields(request.body),
      request,
      reply,
      show: (page, model, status = 200) =>
        render(reply.code(status), page(model), {
          root,
          csrf: csrfToken(request, reply, csrf, place),
          signedIn: deps.adminToken !== undefined,
          notice: noticeText(notices, query.text('notice'), query.text('n')),
        }),
      go: (path, notice, count) => seeOther(reply, withNotice(base + path, notice, count)),
    }
  }
  const pages: OutsidePages = {
    deps,
    get: (path, handler) => app.get(dashboardPath + path, (request, reply) => handler(visit(request, reply))),
    post: (path, handler, bodyLimit) =>
      app.post(dashboardPath + path, given({ bodyLimit }), (request, reply) => {
        checkForm(request, deps, csrf)
        return handler(visit(request, reply))
      }),
  }
  for (const part of parts) part.routes(pages)
}
