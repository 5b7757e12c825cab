import type { FastifyReply } from 'fastify'
import { pageHeaders } from '../../http/pages/assets.ts'
import { draw, sendPage } from '../../http/pages/views.ts'
import type { Frame } from './frame.ts'

/** A template below `views/dashboard/`, and the model that it is drawn from. */
export interface Drawing {
  template: string
  model: object
}

/** A template, as a function that takes what it needs to be drawn. */
export type Template<Model extends object> = (model: Model) => Drawing

/** A page; the model is what it needs besides its frame. */
export type Page<Model extends object> = Template<Model & Titled>

/** What every page says of itself. */
export interface Titled {
  title: string
}

/**
 * Defines a page, beside its route: `const appsPage = page<{ apps: readonly AppCard[] }>('apps')`, and in the route
 * `visit.show(appsPage, { title: 'Apps', apps })`.
 * @param name of the template, below `views/dashboard/`
 */
export function page<Model extends object>(name: string): Page<Model> {
  return partial(name)
}

/** Defines a part of a page that is also sent by itself. */
export function partial<Model extends object>(name: string): Template<Model> {
  return (model) => ({ template: `dashboard/${name}`, model })
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
  /** What was done, on pages of no sandbox. */
  notice?: string | undefined
}

/** Answers with a page, drawn from its model alone. */
export function render(reply: FastifyReply, { template, model }: Drawing, surroundings: Surroundings): FastifyReply {
  return sendPage(reply, draw(template, { ...model, ...surroundings }), headers)
}
