import type { FastifyReply, FastifyRequest } from 'fastify'
import { readCookie, setCookie } from '../cookie.ts'
import type { Exchange } from '../exchange.ts'
import { originOf } from '../routing.ts'

/** What a sandbox keeps in a browser; none is seen by scripts or sent along by other sites' forms. */
export type CookieUse = 'session' | 'browser'

/** A cookie of the sandbox, as the browser sent it. */
export function sandboxCookie(request: FastifyRequest, exchange: Exchange, use: CookieUse): string | undefined {
  const { cookie } = request.headers
  return cookie === undefined ? undefined : readCookie(cookie, nameOf(request, exchange, use))
}

/** Keeps a cookie until the browser is closed; an empty one is taken away. */
export function keepCookie(reply: FastifyReply, exchange: Exchange, use: CookieUse, value: string): void {
  const name = nameOf(reply.request, exchange, use)
  const path = exchange.prefix === '' ? '/' : exchange.prefix
  const maxAge = value === '' ? 0 : undefined
  reply.header('Set-Cookie', setCookie({ name, value, path, sameSite: 'Lax', secure: isSecure(reply.request), maxAge }))
}

/**
 * Cookies know no ports, and paths overlap: the name keeps sandboxes apart. Those of https have names of their own, because a
 * browser lets no page of http write over them.
 */
function nameOf(request: FastifyRequest, { sandbox }: Exchange, use: CookieUse): string {
  return `${isSecure(request) ? '__Secure-' : ''}grantbox-${sandbox.name}-${use}`
}

function isSecure(request: FastifyRequest): boolean {
  return originOf(request.raw).scheme === 'https'
}
