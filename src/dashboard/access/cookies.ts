import { setCookie } from '../../http/cookie.ts'

/** Where the dashboard is, and its cookies with it. */
export const dashboardPath = '/dashboard'

/**
 * The Set-Cookie header of a cookie of the dashboard. `Secure` is left out on purpose: one port answers http and https, and a browser
 * that was given the cookie over https could never replace it over http.
 * @param maxAge seconds; 0 takes the cookie away, without it the cookie ends with the browser
 */
export function dashboardCookie(name: string, value: string, maxAge?: number): string {
  return setCookie({ name, value, path: dashboardPath, sameSite: 'Strict', maxAge })
}
