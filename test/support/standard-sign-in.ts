import { createHash } from 'node:crypto'
import { Jar, type Visit } from './browser-jar.ts'
import { alice, type JsonAnswer, post, web } from './standard-client.ts'

export const callback = 'http://127.0.0.1:5555/callback'
export const verifier = 'v'.repeat(43)
export const challenge = createHash('sha256').update(verifier).digest('base64url')

/** The address of an authorization request of the confidential client; undefined parameters are left out. */
export function authorizeUrl(base: string, parameters: Record<string, string | undefined> = {}): string {
  const url = new URL(`${base}/authorize`)
  const all = {
    response_type: 'code',
    client_id: web.client_id,
    redirect_uri: callback,
    scope: 'openid profile',
    state: 'xyz',
    nonce: 'n-1',
    ...parameters,
  }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

/** Types a username and password, and allows what the consent page asks, if it comes. */
export async function signInAndAllow(jar: Jar, page: Visit, base: string, user = alice): Promise<Visit> {
  const next = page.html.includes('name="password"') ? await jar.post(page, base, user) : page
  return next.html.includes('value="allow"') ? jar.post(next, base, { decision: 'allow', granted: scopesOn(next) }) : next
}

/** The scopes that a consent page offers to untick. */
export function scopesOn(page: Visit): string[] {
  return [...page.html.matchAll(/name="granted" type="checkbox" value="([^"]*)" checked>/g)].map(([, scope]) => scope ?? '')
}

/** The callback of a whole sign-in, in a new browser unless one is given. */
export async function callbackOf(base: string, parameters: Record<string, string | undefined> = {}, jar = new Jar()): Promise<URL> {
  const end = await signInAndAllow(jar, await jar.open(authorizeUrl(base, parameters)), base)
  if (end.location === undefined) throw new Error(`no redirect but ${end.status}: ${end.html}`)
  return end.location
}

/** The parameters of a callback, wherever they stand. */
export function answerIn(url: URL): Record<string, string> {
  return Object.fromEntries(url.hash === '' ? url.searchParams : new URLSearchParams(url.hash.slice(1)))
}

/** Redeems a code as the confidential client. */
export function redeem(base: string, code: string | null | undefined, form: Record<string, string> = {}): Promise<JsonAnswer> {
  return post(base, '/token', { grant_type: 'authorization_code', code: code ?? '', redirect_uri: callback, ...web, ...form })
}
