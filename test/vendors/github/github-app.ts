import { Jar, type Visit } from '../../support/browser-jar.ts'
import { start, startForFile, type TestServer } from '../../support/server.ts'
import { type Answer, post, postJson, send } from '../../support/vendor-client.ts'

/** The preloaded OAuth app. */
export const app = { client_id: 'Ov23liGrantboxWebApp', client_secret: '0123456789abcdef0123456789abcdef01234567' }

/** The preloaded GitHub App. */
export const githubApp = { client_id: 'Iv23liGrantboxGitApp', client_secret: '89abcdef0123456789abcdef0123456789abcdef' }

export const callback = 'http://127.0.0.1:5555/callback'
export const json = { accept: 'application/json' }
export const aliceId = 583231

const options = { defaultProvider: 'github' } as const

/** GitHub in memory, until the test ends. */
export const startGitHub = () => start(options)

/** The same, until the file ends. */
export const startGitHubForFile = () => startForFile(options)

/** Changes settings of the sandbox. */
export async function set({ url }: Pick<TestServer, 'url'>, settings: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${url}/_grantbox/sandboxes/github`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ settings }),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

/** Gives the OAuth app one callback URL more. */
export async function register({ url }: Pick<TestServer, 'url'>, redirect_uri: string): Promise<void> {
  const where = `${url}/_grantbox/sandboxes/github/apps/1000001`
  const { redirect_uris } = (await (await fetch(where)).json()) as { redirect_uris: string[] }
  const body = JSON.stringify({ redirect_uris: [...redirect_uris, redirect_uri] })
  const answer = await fetch(where, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body })
  if (!answer.ok) throw new Error(await answer.text())
}

type Where = Pick<TestServer, 'url'>
type Asked = Record<string, string | undefined>

/** The address of an authorization request of the OAuth app, as the vendor's SDK makes it; undefined parameters are left out. */
export function authorizeUrl(base: string, parameters: Asked = {}): string {
  const all = { client_id: app.client_id, redirect_uri: callback, scope: 'user:email', state: 'xyz', ...parameters }
  const there = Object.entries(all).filter((one): one is [string, string] => one[1] !== undefined)
  return `${base}/login/oauth/authorize?${new URLSearchParams(there)}`
}

/** Takes a browser through the pages that come, until it is sent to the client. @param decision `0` declines */
export async function throughPages(jar: Jar, page: Visit, base: string, login = 'alice', decision = '1'): Promise<Visit> {
  const [isSignIn, isConsent] = ['login', 'authorize'].map((name) => page.html.includes(`name="${name}"`))
  if (isSignIn !== true && isConsent !== true) return page
  const typed = isSignIn === true ? { login, password: 'password', commit: 'Sign in' } : { authorize: decision }
  return throughPages(jar, await jar.post(page, base, typed), base, login, decision)
}

/** Where a sign-in leads, in a new browser unless one is given. */
export async function callbackOf({ url }: Where, parameters: Asked = {}, { jar = new Jar(), login = 'alice' } = {}): Promise<URL> {
  const end = await throughPages(jar, await jar.open(authorizeUrl(url, parameters)), url, login)
  if (end.location === undefined) throw new Error(`no redirect but ${end.status}: ${end.html}`)
  return end.location
}

/** A code without a browser. */
export async function freshCode({ url }: Where, wanted: Record<string, unknown> = {}): Promise<string> {
  const asked = { client_id: app.client_id, username: 'alice', redirect_uri: callback, scope: 'user:email', ...wanted }
  const { body, text } = await postJson(`${new URL(url).origin}/_grantbox/sandboxes/github/authorize`, asked)
  if (typeof body.code !== 'string') throw new Error(text)
  return body.code
}

/** Asks the token endpoint for JSON. */
export function askToken({ url }: Where, form: Record<string, string>, headers: Record<string, string> = json): Promise<Answer> {
  return post(`${url}/login/oauth/access_token`, form, headers)
}

/** A user token of an app. */
export async function freshToken(server: Where, wanted: Record<string, unknown> = {}, client = app): Promise<string> {
  const code = await freshCode(server, { client_id: client.client_id, ...wanted })
  const { body, text } = await askToken(server, { ...client, code })
  if (typeof body.access_token !== 'string') throw new Error(text)
  return body.access_token
}

/** Asks the API. */
export function askApi({ url }: Where, path: string, token: string, headers: Record<string, string> = {}): Promise<Answer> {
  return send(`${url}${path}`, { headers: { authorization: `Bearer ${token}`, 'user-agent': 'test', ...headers } })
}

/** A user enters a device's code and decides. */
export async function enterCode(verification_uri: string, user_code: string, decision = '1'): Promise<void> {
  const jar = new Jar()
  const { origin } = new URL(verification_uri)
  const page = await jar.post(await jar.open(verification_uri), origin, { user_code })
  const confirm = await jar.post(page, origin, { login: 'alice', password: 'password', commit: 'Sign in' })
  await jar.post(confirm, origin, { authorize: decision })
}
