import { createHmac } from 'node:crypto'
import { randomText, sameSecret } from '../../basics/random.ts'
import { readCookie } from '../../http/cookie.ts'
import { dashboardCookie } from './cookies.ts'
import type { Place } from './place.ts'

const cookieName = 'grantbox_csrf'

/** The field of every form that carries the token. */
export const csrfField = 'csrf'

/**
 * Tells a form of ours from one that another site made this browser send: each form carries a token that belongs to a cookie which
 * no other site can read, and the browser itself must not say that the form came from elsewhere.
 */
export class Csrf {
  readonly #secret = randomText(43)

  /** The token for a page's forms, and the cookie to set when the browser has none yet. */
  issue(cookies: string | undefined, place: Place): { token: string; cookie: string | undefined } {
    const earlier = cookieIn(cookies)
    const value = earlier ?? randomText(32)
    return { token: this.#tokenOf(value), cookie: earlier === undefined ? dashboardCookie(place, cookieName, value) : undefined }
  }

  /** Why a form is refused; undefined when it is ours. */
  problem(form: {
    token: string | undefined
    cookies: string | undefined
    hosts: readonly string[]
    origin?: string
    fetchSite?: string
  }): string | undefined {
    const { token, cookies, hosts, origin, fetchSite } = form
    if (origin !== undefined && !(URL.canParse(origin) && hosts.includes(new URL(origin).host))) {
      return `The browser says that this form was sent from ${origin}, and not from a page of ${hosts[0]}.`
    }
    if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') {
      return 'The browser says that this form was sent from a page of another site.'
    }
    const cookie = cookieIn(cookies)
    if (cookie === undefined) return 'The cookie that belongs to this form did not come with it.'
    if (token === undefined) return `The form's field "${csrfField}" did not come with it.`
    return sameSecret(token, this.#tokenOf(cookie))
      ? undefined
      : 'The form is not one that this dashboard gave to this browser: it may be older than the last start of grantbox.'
  }

  #tokenOf(cookie: string): string {
    return createHmac('sha256', this.#secret).update(cookie).digest('base64url')
  }
}

function cookieIn(cookies: string | undefined): string | undefined {
  const value = readCookie(cookies, cookieName)
  return value !== undefined && /^[\w-]{32}$/.test(value) ? value : undefined
}
