import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Exchange } from '../exchange.ts'
import { originOf } from '../routing.ts'

/** What a sandbox keeps in a browser; none is seen by scripts or sent along by other sites' forms. */
export type CookieUse = 'session' | 'browser'

/** A cookie of the sandbox, as the browser sent it. */
export function readCookie(request: FastifyRequest, exchange: Exchange, use: CookieUse): string | undefined {
  const { cookie } = request.headers
  if (cookie === undefined) return undefined
  const start = `${nameOf(request, exchange, use)}=`
  return cookie
    .split(/; */)
    .find((one) => one.startsWith(start))
    ?.slice(start.length)
}

/** Keeps a cookie until the browser is closed; an empty one is taken away. The value is of our own making and needs no encoding. */
export function setCookie(reply: FastifyReply, exchange: Exchange, use: CookieUse, value: string): void {
  const parts = [
    `${nameOf(reply.request, exchange, use)}=${value}`,
    `Path=${exchange.prefix === '' ? '/' : exchange.prefix}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(isSecure(reply.request) ? ['Secure'] : []),
    ...(value === '' ? ['Max-Age=0'] : []),
  ]
  reply.header('Set-Cookie', parts.join('; '))
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
