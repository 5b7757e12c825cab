import { request } from 'node:https'
import { Jar, type Visit } from './browser-jar.ts'
import { type Answer, post, postJson, send } from './vendor-client.ts'

/** The preloaded clients, one of each kind. */
export const web = {
  client_id: '123456789012-webgrantboxexample0123456789abcd.apps.googleusercontent.com',
  client_secret: 'GOCSPX-grantbox-web-example-secret',
}
export const desktop = {
  client_id: '123456789012-desktopgrantboxexample0123456789.apps.googleusercontent.com',
  client_secret: 'GOCSPX-grantbox-app-example-secret',
}
export const tv = {
  client_id: '123456789012-tvgrantboxexample0123456789abcde.apps.googleusercontent.com',
  client_secret: 'GOCSPX-grantbox-tv0-example-secret',
}
export const ios = { client_id: '123456789012-iosgrantboxexample0123456789abcd.apps.googleusercontent.com' }
export const robot = 'robot@grantbox-example.iam.gserviceaccount.com'
export const alice = { identifier: 'alice@example.com', Passwd: 'password' }
export const aliceId = '110169484474386276334'
export const callback = 'http://localhost/callback'
export const scope = 'openid email profile'
export const calendar = 'https://www.googleapis.com/auth/calendar'

export type Parameters = Record<string, string | undefined>

function given(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter((one): one is [string, string] => one[1] !== undefined))
}

/** The address of an authorization request of the web client; undefined parameters are left out. */
export function authorizeUrl(base: string, parameters: Parameters = {}): string {
  const all = { response_type: 'code', client_id: web.client_id, redirect_uri: callback, scope, state: 'xyz', ...parameters }
  return `${base}/o/oauth2/v2/auth?${new URLSearchParams(given(all))}`
}

/** Goes on from a page of the sign-in to the redirect: address, password, consent. */
export async function signIn(
  jar: Jar,
  page: Visit,
  base: string,
  user = alice,
  granted: Record<string, string | string[]> = {},
): Promise<Visit> {
  let at = page
  for (let step = 0; at.location === undefined && step < 5; step++) {
    if (at.html.includes('name="Passwd"')) at = await jar.post(at, base, { Passwd: user.Passwd })
    else if (at.html.includes('name="identifier"')) at = await jar.post(at, base, { identifier: user.identifier })
    else at = await jar.post(at, base, { decision: 'allow', ...granted })
  }
  return at
}

/** Where the browser ends up: at the redirect URI. */
export async function callbackOf(base: string, parameters: Parameters = {}, { jar = new Jar(), user = alice } = {}): Promise<URL> {
  const end = await signIn(jar, await jar.open(authorizeUrl(base, parameters)), base, user)
  if (end.location === undefined) throw new Error(`no redirect but ${end.status}: ${end.html}`)
  return end.location
}

/** The code of a sign-in by form. */
export async function codeOf(base: string, parameters: Parameters = {}, browser: { jar?: Jar; user?: typeof alice } = {}): Promise<string> {
  return (await callbackOf(base, parameters, browser)).searchParams.get('code') ?? ''
}

/** A code without a browser. */
export async function freshCode(base: string, wanted: Parameters = {}): Promise<string> {
  const asked = { client_id: web.client_id, username: 'alice', redirect_uri: callback, scope, ...wanted }
  const { body, text } = await postJson(`${base}/_grantbox/sandboxes/google/authorize`, asked)
  if (typeof body.code !== 'string') throw new Error(text)
  return body.code
}

/** Asks the token endpoint as the web client. */
export function token(base: string, form: Parameters): Promise<Answer> {
  return post(`${base}/token`, given({ ...web, ...form }))
}

/** Redeems a code as the web client. */
export function redeem(base: string, code: string, form: Parameters = {}): Promise<Answer> {
  return token(base, { grant_type: 'authorization_code', code, redirect_uri: callback, ...form })
}

/** The tokens of a sign-in without a browser. @param path where the sandbox is, when not at the root */
export async function tokensOf(base: string, wanted: Parameters = {}, path = ''): Promise<Record<string, string>> {
  const { body, text } = await redeem(base + path, await freshCode(base, wanted))
  if (typeof body.access_token !== 'string') throw new Error(text)
  return body as Record<string, string>
}

/** Asks one of the vendor's hosts, as a client does that is led there. */
export function askHost(
  base: string,
  address: string,
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { hostname, pathname, search } = new URL(address)
  const { port } = new URL(base)
  const options = { host: '127.0.0.1', port, servername: hostname, path: pathname + search, rejectUnauthorized: false, agent: false }
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, method: init.method ?? 'GET', headers: { host: hostname, ...init.headers } }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const headers = new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]))
        const isJson = headers.get('content-type')?.startsWith('application/json') === true
        const explanation = headers.get('grantbox-explain') ?? ''
        resolve({ status: answer.statusCode ?? 0, headers, text, body: isJson ? JSON.parse(text) : {}, explanation })
      })
    })
    sent.on('error', reject)
    sent.end(init.body)
  })
}

/** Takes the address that a client made through the sign-in in a new browser, and gives the one at which the client is called back. */
export async function throughPages(address: string, granted: Record<string, string> = {}, user = alice): Promise<URL> {
  const jar = new Jar()
  const { location, status, html } = await signIn(jar, await jar.open(address), new URL(address).origin, user, { granted: '*', ...granted })
  if (location === undefined) throw new Error(`no redirect but ${status}: ${html}`)
  return location
}

/** The key file of the preloaded service account. */
export async function keyFileOf(base: string, at: 'here' | 'vendor' = 'here'): Promise<Record<string, string>> {
  const { body, status, text } = await send(`${base}/_grantbox/sandboxes/google/clients/${robot}/key-file?at=${at}`)
  if (status !== 200) throw new Error(text)
  return body as Record<string, string>
}
