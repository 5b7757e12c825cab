import { createHash } from 'node:crypto'
import { homeTenant } from '../../src/providers/entra/tenants.ts'
import { api, spa, web } from '../../src/providers/entra/world.ts'
import { Jar, type Visit } from './browser-jar.ts'
import { startForFile, type TestServer } from './server.ts'
import { type Answer, post } from './vendor-client.ts'

export { api, homeTenant, spa, web }

export const alice = { username: 'alice@contoso.onmicrosoft.com', password: 'Password1!' }
export const oid = 'a1a1a1a1-1111-4a1a-8a1a-a1a1a1a1a1a1'
export const callback = 'http://localhost/callback'
export const spaCallback = 'http://localhost:3000/'
export const ordersScope = `api://${api.client_id}/access_as_user`
export const verifier = 'v'.repeat(43)
export const challenge = createHash('sha256').update(verifier).digest('base64url')

/** A server whose default sandbox is Entra's. */
export function startEntra(): Promise<TestServer> {
  return startForFile({ defaultProvider: 'entra' })
}

/** Asks the token endpoint of a tenant; undefined members are left out. */
export function token(
  base: string,
  form: Record<string, string | undefined>,
  {
    tenant = homeTenant,
    version = '/v2.0',
    headers = {},
  }: { tenant?: string; version?: '/v2.0' | ''; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const said = Object.entries(form).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return post(`${base}/${tenant}/oauth2${version}/token`, Object.fromEntries(said), headers)
}

/** Tokens of alice by her password. */
export async function tokensOf(base: string, form: Record<string, string | undefined> = {}): Promise<Record<string, unknown>> {
  const { status, body, text } = await token(base, { grant_type: 'password', ...web, ...alice, scope: 'openid profile User.Read', ...form })
  if (status !== 200) throw new Error(text)
  return body
}

/** The address of an authorization request. */
export function authorizeUrl(base: string, parameters: Record<string, string | undefined> = {}, at = `${homeTenant}/oauth2/v2.0`): string {
  const url = new URL(`${base}/${at}/authorize`)
  const all = {
    client_id: web.client_id,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid profile User.Read',
    state: 'xyz',
    ...parameters,
  }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

/** Goes through the sign-in as a script written for the vendor does: name, password, staying signed in, consent. */
export async function signIn(jar: Jar, page: Visit, base: string, user = alice): Promise<Visit> {
  let at = page
  for (let step = 0; step < 6 && at.location === undefined; step++) {
    if (at.html.includes('name="loginfmt" type="text"')) at = await jar.post(at, base, { loginfmt: user.username })
    else if (at.html.includes('name="passwd" type="password"')) at = await jar.post(at, base, { passwd: user.password })
    else at = await jar.post(at, base, pressed(at.html))
  }
  return at
}

/** What the page's main button sends. */
function pressed(html: string): Record<string, string> {
  const button = /<(?:input|button)[^>]*id="idSIButton9"[^>]*>/.exec(html)?.[0] ?? ''
  const part = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(button)?.[1]
  const name = part('name')
  return name === undefined ? {} : { [name]: part('value') ?? '' }
}

/** Where a sign-in ends. */
export async function callbackOf(
  base: string,
  parameters: Record<string, string | undefined> = {},
  { jar = new Jar(), at }: { jar?: Jar; at?: string } = {},
): Promise<URL> {
  const end = await signIn(jar, await jar.open(authorizeUrl(base, parameters, at)), base)
  if (end.location === undefined) throw new Error(`no redirect but ${end.status}: ${end.html}`)
  return end.location
}

/** A code of the single-page application. */
export async function spaCode(base: string, parameters: Record<string, string | undefined> = {}): Promise<string> {
  const asked = { client_id: spa.client_id, redirect_uri: spaCallback, code_challenge: challenge, code_challenge_method: 'S256' }
  const back = await callbackOf(base, { ...asked, ...parameters })
  return back.searchParams.get('code') ?? new URLSearchParams(back.hash.slice(1)).get('code') ?? ''
}
