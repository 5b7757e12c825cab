import { setCookie } from '../../http/cookie.ts'
import type { Place } from './place.ts'

/** Where the dashboard is, and its cookies with it. */
export const dashboardPath = '/dashboard'

/**
 * The Set-Cookie header of a cookie of the dashboard.
 * @param maxAge seconds; 0 takes the cookie away, without it the cookie ends with the browser
 */
export function dashboardCookie({ root, secure }: Place, name: string, value: string, maxAge?: number): string {
  return setCookie({ name, value, path: root + dashboardPath, sameSite: 'Strict', secure, maxAge })
}
