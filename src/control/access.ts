import { isLoopbackName } from '../basics/loopback.ts'
import { sameSecret } from '../basics/random.ts'

/** What a request says of who is asking. */
export interface Asking {
  /** The Host header. */
  host: string | undefined
  /** The Origin header, which browsers send. */
  origin: string | undefined
  /** The Sec-Fetch-Site header, which browsers send. */
  fetchSite: string | undefined
  authorization: string | undefined
  method: string
  /** Without the query: a token there is never looked at, for logs and histories keep it (RFC 9700 §4.3.2). */
  path: string
  /** Set when the API asks for a token. */
  adminToken: string | undefined
  /** Whether this host name is ours: a sandbox lists it, or it is that of the public or the internal URL. */
  isOurHost: (host: string) => boolean
}

/** Whether a request may go on, and what it is told if not. */
export type Access = { allowed: true } | { allowed: false; status: 401 | 403; problem: string; headers?: Readonly<Record<string, string>> }

/** What tells of nothing but that grantbox is there, and for which hosts. */
const open = ['/_grantbox/health', '/_grantbox/proxy.pac']

/** Who may call the control API: whoever has the token where one is set, otherwise this machine's own programs and pages. */
export function decideAccess(asking: Asking): Access {
  const { method, path, adminToken } = asking
  if (open.includes(path.replace(/\/$/, '')) && (method === 'GET' || method === 'HEAD')) return { allowed: true }
  return adminToken === undefined ? fromThisMachine(asking) : withToken(asking.authorization, adminToken)
}

function withToken(authorization: string | undefined, adminToken: string): Access {
  const came = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (came === undefined) {
    return {
      allowed: false,
      status: 401,
      problem: 'This grantbox asks for its admin token: send "Authorization: Bearer <token>"; a token in the query is not accepted',
      headers: { 'WWW-Authenticate': 'Bearer realm="grantbox"' },
    }
  }
  if (sameSecret(came, adminToken)) return { allowed: true }
  return {
    allowed: false,
    status: 401,
    problem: 'The token is not the admin token of this grantbox (--admin-token, or the one printed at its start)',
    headers: { 'WWW-Authenticate': 'Bearer realm="grantbox", error="invalid_token"' },
  }
}

function fromThisMachine({ host = '', origin, fetchSite, isOurHost }: Asking): Access {
  const address = host.toLowerCase()
  const name = address.replace(/:\d{1,5}$/, '')
  if (!isLoopbackName(name) && !isOurHost(name)) {
    return refused(
      `The Host '${host}' is neither a loopback name nor a host of a sandbox. A page of another site could reach this address under ` +
        'its own name (DNS rebinding), so it is refused: use localhost, list the name among the hosts of a sandbox, or start with --admin-token',
    )
  }
  // One port speaks http and https, so the scheme tells nothing of who serves the page.
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === address)) {
    return refused(`A page of ${origin} may not call the control API; it answers pages of ${host} and programs that are no browser`)
  }
  if (fetchSite === 'cross-site') return refused('A page of another site may not call the control API')
  return { allowed: true }
}

function refused(problem: string): Access {
  return { allowed: false, status: 403, problem }
}
