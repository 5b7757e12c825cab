/**
 * In this room: who may see the dashboard and send its forms: hosts, the session of the admin token, tokens against forged forms.
 * Elsewhere: the page that asks for the token (`dashboard/app.ts`).
 */

import type { IncomingHttpHeaders } from 'node:http'
import { decideAccess } from '../../control/access.ts'
import type { Sessions } from './session.ts'

/** What a request for a page says of who is asking. */
export interface Visitor {
  method: string
  headers: IncomingHttpHeaders
  port: string
  now: number
  /** Present when the dashboard asks for a token. */
  sessions: Sessions | undefined
  /** Whether a sandbox lists this host name. */
  isOurHost: (host: string) => boolean
}

/**
 * What a visitor gets. `return` is for who follows a link of another site: the browser keeps the cookies back (SameSite=Strict), but
 * sends them when our own page sends it there again.
 */
export type Admission = { is: 'admitted' | 'sign-in' | 'return' } | { is: 'refused'; problem: string }

/** Who may see the dashboard: whoever signed in where a token is set, otherwise this machine's own browsers. */
export function admit({ method, headers, port, now, sessions, isOurHost }: Visitor): Admission {
  if (sessions === undefined) {
    const { host } = headers
    const asking = { host, origin: undefined, fetchSite: undefined, authorization: undefined, adminToken: undefined }
    const access = decideAccess({ ...asking, method, path: '/', isOurHost })
    if (!access.allowed) return { is: 'refused', problem: access.problem }
  }
  if (headers['sec-fetch-site'] === 'cross-site') {
    const isLink = method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
    return isLink ? { is: 'return' } : { is: 'refused', problem: 'A page of another site may not call the dashboard.' }
  }
  return { is: sessions === undefined || sessions.holds(headers.cookie, port, now) ? 'admitted' : 'sign-in' }
}
