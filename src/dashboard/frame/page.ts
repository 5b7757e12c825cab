import type { FastifyInstance, FastifyReply } from 'fastify'
import { pageHeaders } from '../../http/pages/assets.ts'
import type { Errors, Refused } from '../forms/form.ts'
import type { Frame } from './frame.ts'

/** What a page is drawn from, besides what is around it; its route makes it, and its template alone reads it. */
export interface Model {
  title: string
  /** What is wrong with its form. */
  errors?: Errors
  /** The field that was refused, on a form with one alone. */
  refused?: Refused | undefined
  [member: string]: unknown
}

/**
 * Headers of the dashboard's pages: as those of the sign-in pages, but forms go nowhere else, the live list may be fetched, and the
 * browser says to ourselves alone which page a form came from.
 */
const headers = {
  ...pageHeaders,
  'Content-Security-Policy': `${pageHeaders['Content-Security-Policy']}; connect-src 'self'; form-action 'self'`,
  'Referrer-Policy': 'same-origin',
}

/** What is around a page: the sandbox's frame, or nothing on pages of no sandbox. */
export interface Surroundings {
  frame?: Frame | undefined
  /** What stands before each of our paths. */
  root: string
  /** The token of the page's forms. */
  csrf: string
  /** Whether there is a session to end. */
  signedIn?: boolean
}

/**
 * Answers with a page.
 * @param template its name below `views/dashboard/`
 */
export function render(reply: FastifyReply, template: string, model: Model, surroundings: Surroundings): FastifyReply {
  return reply.headers(headers).view(`dashboard/${template}`, { ...model, ...surroundings })
}

/** The same for a request that may have come to no route: its reply knows no views. */
export function renderUnrouted(
  app: FastifyInstance,
  reply: FastifyReply,
  template: string,
  model: Model,
  surroundings: Surroundings,
): void {
  app.view(`dashboard/${template}`, { ...model, ...surroundings }).then(
    (html) => reply.headers(headers).send(html),
    (error) => reply.send(error),
  )
}
