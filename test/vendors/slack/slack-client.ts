import { Jar, type Visit } from '../../support/browser-jar.ts'
import { start, startForFile, type TestServer } from '../../support/server.ts'
import { type Answer, basic, post, send } from '../../support/vendor-client.ts'

/** The preloaded apps: one with tokens for good, one whose tokens rotate. */
export const app = { client_id: '1234567890.1234567890123', client_secret: '3f0c6b7a9d1e4852a7c3b96d0e5f1824' }
export const rotating = { client_id: '1234567890.2345678901234', client_secret: '8a5d2c91e7f34b06b1d8c07f6e2a9435' }

export const callback = 'http://127.0.0.1/callback'
export const aliceId = 'U0ALICE0001'
export const team = { id: 'T0GRANTBOX1', name: 'Example Workspace' }
export const alice = { email: 'alice', password: 'password' }

const options = { defaultProvider: 'slack' } as const

/** A workspace in memory, until the test ends. */
export const startWorkspace = () => start(options)

/** The same, until the file ends. */
export const startWorkspaceForFile = () => startForFile(options)

type At = Pick<TestServer, 'url'>

/** Goes on from a page as alice, until the browser is sent back. */
export async function goOn(jar: Jar, page: Visit, base: string, decision = 'allow'): Promise<Visit> {
  let visit = page
  for (let step = 0; step < 4 && visit.location === undefined && visit.status === 200; step++) {
    const typed = visit.html.includes('type="password"') ? alice : { action: decision }
    visit = await jar.post(visit, base, visit.html.includes('name="domain"') ? { domain: 'example' } : typed)
  }
  return visit
}

/** Goes through the pages as alice, and gives where the browser is sent; undefined for a page. */
export async function throughPages(address: string, jar = new Jar(), decision?: string): Promise<URL | undefined> {
  return (await goOn(jar, await jar.open(address), new URL(address).origin, decision)).location
}

/** The address of an authorization. */
export function authorizeAt({ url }: At, path: string, query: Record<string, string>): string {
  return `${url}${path}?${new URLSearchParams({ client_id: app.client_id, redirect_uri: callback, state: 's', ...query })}`
}

/** A code of an installation, or of a sign-in. */
export async function codeOf(server: At, path: string, query: Record<string, string>): Promise<string> {
  const location = await throughPages(authorizeAt(server, path, query))
  const code = location?.searchParams.get('code')
  if (code == null) throw new Error(`no code but ${location}`)
  return code
}

/** Asks a method with the app's id and secret in the header. */
export function ask({ url }: At, method: string, form: Record<string, string>, by = app): Promise<Answer> {
  return post(`${url}/api/${method}`, form, basic(by.client_id, by.client_secret))
}

/** Calls a method with a token. */
export function call({ url }: At, method: string, token: unknown, args: Record<string, string> = {}): Promise<Answer> {
  return send(`${url}/api/${method}?${new URLSearchParams(args)}`, { headers: { authorization: `Bearer ${token}` } })
}

/** Installs an app. */
export async function install(server: At, query: Record<string, string>, by = app): Promise<Answer> {
  const code = await codeOf(server, '/oauth/v2/authorize', { client_id: by.client_id, ...query })
  return ask(server, 'oauth.v2.access', { code, redirect_uri: callback }, by)
}

/** Signs a user in. */
export async function signInWithSlack(server: At, query: Record<string, string> = {}): Promise<Answer> {
  const asked = { response_type: 'code', scope: 'openid profile email', nonce: 'n', ...query }
  const code = await codeOf(server, '/openid/connect/authorize', asked)
  return ask(server, 'openid.connect.token', { grant_type: 'authorization_code', code, redirect_uri: callback })
}

/** An answer's text with what differs each time as `…`. */
export function shape(text: string): string {
  return text
    .replace(/"xoxb-\d{13}-\d{13}-[A-Za-z0-9]{24}"/g, '"xoxb-…"')
    .replace(/"xoxp-\d{13}-\d{13}-\d{13}-[0-9a-f]{32}"/g, '"xoxp-…"')
    .replace(/"(xoxe\.xox[bp])-1-[A-Za-z0-9]{160}"/g, '"$1-…"')
    .replace(/"xoxe-1-[A-Za-z0-9]{146}"/g, '"xoxe-…"')
    .replace(/"(U[0-9A-Z]{10}|B[0-9A-Z]{10})"/g, (whole, id) => (id === aliceId ? whole : `"${id[0]}…"`))
}
