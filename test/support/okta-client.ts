import { createHash } from 'node:crypto'
import { Jar } from './browser-jar.ts'
import { type Answer, basic, post } from './vendor-client.ts'

export const web = { client_id: '0oagrantboxweb000001', client_secret: 'grantbox-okta-web-secret-0123456789abcdef' }
export const spa = { client_id: '0oagrantboxspa000001' }
export const native = { client_id: '0oagrantboxnative001' }
export const alice = { username: 'alice', password: 'Password1!' }
export const callback = 'http://127.0.0.1:5555/callback'
export const verifier = 'v'.repeat(43)
export const challenge = createHash('sha256').update(verifier).digest('base64url')
export const scope = 'openid profile email'

/** The custom authorization server, below a sandbox. */
export const custom = '/oauth2/default'

/** The address of an authorization request of the confidential client; undefined parameters are left out. */
export function authorizeUrl(base: string, parameters: Record<string, string | undefined> = {}, server = custom): string {
  const all = { response_type: 'code', client_id: web.client_id, redirect_uri: callback, scope, state: 'xyz', nonce: 'n-1', ...parameters }
  const there = Object.entries(all).filter((one): one is [string, string] => one[1] !== undefined)
  return `${base}${server}/v1/authorize?${new URLSearchParams(there)}`
}

/** The callback of a sign-in by form, in a new browser unless one is given. */
export async function callbackOf(
  base: string,
  parameters: Record<string, string | undefined> = {},
  { server = custom, jar = new Jar(), user = alice } = {},
): Promise<URL> {
  const page = await jar.open(authorizeUrl(base, parameters, server))
  if (page.location !== undefined) return page.location
  const end = await jar.post(page, base, { identifier: user.username, 'credentials.passcode': user.password })
  if (end.location === undefined) throw new Error(`no redirect but ${end.status}: ${end.html}`)
  return end.location
}

/** The code of a sign-in. */
export async function codeOf(base: string, parameters: Record<string, string | undefined> = {}, server = custom): Promise<string> {
  return (await callbackOf(base, parameters, { server })).searchParams.get('code') ?? ''
}

/** A request to the token endpoint as the confidential client. */
export function token(
  base: string,
  form: Record<string, string>,
  server = custom,
  headers = basic(web.client_id, web.client_secret),
): Promise<Answer> {
  return post(`${base}${server}/v1/token`, form, headers)
}

/** Redeems a code as the confidential client. */
export function redeem(base: string, code: string, form: Record<string, string> = {}, server = custom): Promise<Answer> {
  return token(base, { grant_type: 'authorization_code', code, redirect_uri: callback, ...form }, server)
}
