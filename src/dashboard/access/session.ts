import { createHmac } from 'node:crypto'
import { randomText, sameSecret } from '../../basics/random.ts'
import { readCookie } from '../../http/cookie.ts'
import { dashboardCookie } from './cookies.ts'
import type { Place } from './place.ts'

/** How long a browser stays signed in, seconds. */
const lifetime = 12 * 3600

/**
 * Cookies that stand for the admin token and do not hold it: a random text and its end, signed with the token. Nothing is stored,
 * so a cookie outlives a restart when the token does.
 */
export class Sessions {
  readonly #adminToken: string

  constructor(adminToken: string) {
    this.#adminToken = adminToken
  }

  /** The Set-Cookie header that signs a browser in, if the token that came is the right one. */
  begin(token: string, place: Place, port: string, now: number): string | undefined {
    if (!sameSecret(token, this.#adminToken)) return undefined
    const session = `${randomText(16)}.${Math.floor(now / 1000) + lifetime}`
    return dashboardCookie(place, cookieName(port), `${session}.${this.#sign(session)}`, lifetime)
  }

  /** Whether a request's Cookie header has a session that holds. */
  holds(cookies: string | undefined, port: string, now: number): boolean {
    const [, session, end, signature] = /^([\w-]+\.(\d{1,12}))\.([\w-]+)$/.exec(readCookie(cookies, cookieName(port)) ?? '') ?? []
    if (session === undefined || end === undefined || signature === undefined) return false
    return sameSecret(signature, this.#sign(session)) && Number(end) * 1000 > now
  }

  #sign(session: string): string {
    return createHmac('sha256', this.#adminToken).update(`dashboard session ${session}`).digest('base64url')
  }
}

/** The Set-Cookie header that signs a browser out. */
export function endSession(place: Place, port: string): string {
  return dashboardCookie(place, cookieName(port), '', 0)
}

/** Cookies do not tell ports apart, and two grantboxes may run on one machine. */
function cookieName(port: string): string {
  return `grantbox_session_${port}`
}
