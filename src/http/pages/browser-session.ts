import type { FastifyReply, FastifyRequest } from 'fastify'
import { digest, randomText } from '../../basics/random.ts'
import type { Interaction, User } from '../../oauth/model/records.ts'
import type { Session } from '../../oauth/storage/session-store.ts'
import { readCookie, setCookie } from '../cookie.ts'
import { type Exchange, pagePath } from '../exchange.ts'

/** The session of the request's browser, looked up once; none for a provider without sessions. */
export function sessionOf(request: FastifyRequest, exchange: Exchange): Session | undefined {
  if (exchange.browser !== undefined) return exchange.browser.session
  const cookie = exchange.sandbox.sessions ? sandboxCookie(request, exchange, 'session') : undefined
  const { store, clock } = exchange.sandbox
  const session = cookie === undefined ? undefined : store.findSession(digest(cookie), clock.now())
  exchange.browser = { session }
  return session
}

/**
 * Signs a user in in the request's browser. The cookie's value is a new one each time, so that none can be planted.
 * @param stays after the browser was closed
 */
export function beginSession(reply: FastifyReply, exchange: Exchange, user: User, stays = false): void {
  const { request } = reply
  const { store, settings, clock, newSessionId = () => randomText(22) } = exchange.sandbox
  const former = sessionOf(request, exchange)
  const cookie = randomText(43)
  const now = clock.now()
  const sid = former?.user.row === user.row ? former.sid : newSessionId()
  const expires_at = now + settings.session_ttl * 1000
  const session = store.saveSession({ digest: digest(cookie), sid, user, auth_time: now, expires_at }, former, now)
  exchange.browser = { session }
  keepCookie(reply, exchange, 'session', cookie, stays ? settings.session_ttl : undefined)
}

/** Seconds that a browser is not asked again whether its user stays signed in. */
const neverAgain = 180 * 24 * 3600

/** What a user said who was asked whether he stays signed in. */
export function keepSession(
  reply: FastifyReply,
  exchange: Exchange,
  { stays, never_again }: { stays: boolean; never_again: boolean },
): void {
  const cookie = sandboxCookie(reply.request, exchange, 'session')
  if (stays && cookie !== undefined) keepCookie(reply, exchange, 'session', cookie, exchange.sandbox.settings.session_ttl)
  if (never_again) keepCookie(reply, exchange, 'asked', '1', neverAgain)
}

/** Whether this browser's user said that he does not want to be asked again. */
export function hasBeenAsked(request: FastifyRequest, exchange: Exchange): boolean {
  return sandboxCookie(request, exchange, 'asked') !== undefined
}

/** Takes the browser's session cookie away. */
export function forgetSession(reply: FastifyReply, exchange: Exchange): void {
  exchange.browser = { session: undefined }
  keepCookie(reply, exchange, 'session', '')
}

/**
 * What binds a sign-in to its browser, so that no one can be made to finish another's (RFC 9700 §4.7); null for a provider
 * without sessions, whose sign-ins may go on anywhere.
 */
export function bindBrowser(reply: FastifyReply, exchange: Exchange): Buffer | null {
  if (!exchange.sandbox.sessions) return null
  const there = sandboxCookie(reply.request, exchange, 'browser')
  const cookie = there ?? randomText(43)
  if (there === undefined) keepCookie(reply, exchange, 'browser', cookie)
  return digest(cookie)
}

/** Whether the request comes from the browser in which the sign-in began. */
export function isSameBrowser(request: FastifyRequest, exchange: Exchange, { browser }: Pick<Interaction, 'browser'>): boolean {
  if (browser === null) return true
  const cookie = sandboxCookie(request, exchange, 'browser')
  return cookie !== undefined && digest(cookie).equals(browser)
}

/** What a sandbox keeps in a browser; none is seen by scripts. */
type CookieUse = 'session' | 'browser' | 'asked'

/** A cookie of the sandbox, as the browser sent it. */
export function sandboxCookie(request: FastifyRequest, exchange: Exchange, use: CookieUse): string | undefined {
  return readCookie(request.headers.cookie, nameOf(exchange, use))
}

/** Keeps a cookie until the browser is closed, or for so many seconds; an empty one is taken away. */
function keepCookie(reply: FastifyReply, exchange: Exchange, use: CookieUse, value: string, lasts?: number): void {
  const name = nameOf(exchange, use)
  const path = pagePath(exchange) || '/'
  const maxAge = value === '' ? 0 : lasts
  const secure = isSecure(exchange)
  // With prompt=none an app asks from a frame whether its user is signed in; without https no browser lets its cookie into one.
  const sameSite = use === 'session' && secure ? 'None' : 'Lax'
  reply.header('Set-Cookie', setCookie({ name, value, path, sameSite, secure, maxAge }))
}

/**
 * Cookies know no ports, and paths overlap: the name keeps sandboxes apart, and their spaces. Those of https have names of their own, because a
 * browser lets no page of http write over them.
 */
function nameOf(exchange: Exchange, use: CookieUse): string {
  const { name, space, spaces } = exchange.sandbox
  const world = space === spaces.own.space ? name : `${name}-${encodeURIComponent(space)}`
  return `${isSecure(exchange) ? '__Secure-' : ''}grantbox-${world}-${use}`
}

/** Over https, or where the public address has it. */
export function isSecure({ origin, base_url }: Exchange): boolean {
  return origin.scheme === 'https' || base_url.startsWith('https:')
}
