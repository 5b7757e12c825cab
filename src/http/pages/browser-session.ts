import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { digest, randomText } from '../../basics/random.ts'
import type { Interaction, User } from '../../oauth/model/records.ts'
import type { Session } from '../../oauth/storage/session-store.ts'
import { findSession, startSession } from '../../oauth/users/session.ts'
import type { Exchange } from '../exchange.ts'
import { keepCookie, sandboxCookie } from './cookies.ts'

const found = new WeakMap<IncomingMessage, { session: Session | undefined }>()

/** The session of the request's browser, looked up once; none for a provider without sessions. */
export function sessionOf(request: FastifyRequest, exchange: Exchange): Session | undefined {
  const known = found.get(request.raw)
  if (known !== undefined) return known.session
  const cookie = exchange.sandbox.sessions ? sandboxCookie(request, exchange, 'session') : undefined
  const session = cookie === undefined ? undefined : findSession(cookie, exchange.sandbox)
  found.set(request.raw, { session })
  return session
}

/** Signs a user in in the request's browser. */
export function beginSession(reply: FastifyReply, exchange: Exchange, user: User): void {
  const { request } = reply
  const { session, cookie } = startSession(user, sessionOf(request, exchange), exchange.sandbox)
  found.set(request.raw, { session })
  keepCookie(reply, exchange, 'session', cookie)
}

/** Takes the browser's session cookie away. */
export function forgetSession(reply: FastifyReply, exchange: Exchange): void {
  found.set(reply.request.raw, { session: undefined })
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
