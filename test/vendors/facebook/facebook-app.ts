import { Jar, type Visit } from '../../support/browser-jar.ts'
import { start, startForFile, type TestServer } from '../../support/server.ts'
import { type Answer, post, postJson, send } from '../../support/vendor-client.ts'

/** The preloaded app. */
export const app = { client_id: '102934857201938', client_secret: '5f0d1c8e2b7a49638de4f0a1b2c3d4e5' }
export const callback = 'https://example.com/callback'
/** What the app knows Alice by. */
export const scoped = /^10\d{15}$/

const options = { defaultProvider: 'facebook' } as const

/** The vendor in memory, until the test ends. */
export const startFacebook = () => start(options)

/** The same, until the file ends. */
export const startFacebookForFile = () => startForFile(options)

type Place = Pick<TestServer, 'url'>
const control = (url: string) => `${url}/_grantbox/sandboxes/facebook`

/** Changes settings of the sandbox. */
export function change({ url }: Place, settings: Record<string, unknown>): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  return send(control(url), { method: 'PATCH', headers, body: JSON.stringify({ settings }) })
}

/** Registers redirect URIs of the preloaded app, beside its own callback. */
export function allowRedirects({ url }: Place, ...redirect_uris: string[]): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ redirect_uris: [callback, ...redirect_uris] })
  return send(`${control(url)}/apps/${app.client_id}`, { method: 'PATCH', headers, body })
}

/** An authorization without a browser: where that would be sent. */
export async function authorized({ url }: Place, wanted: Record<string, unknown> = {}): Promise<URL> {
  const asked = { client_id: app.client_id, username: 'alice', redirect_uri: callback, scope: 'email', ...wanted }
  const { body, text } = await postJson(`${control(url)}/authorize`, asked)
  if (typeof body.redirect_to !== 'string') throw new Error(text)
  return new URL(body.redirect_to)
}

/** A code without a browser. */
export async function freshCode(server: Place, wanted: Record<string, unknown> = {}): Promise<string> {
  return (await authorized(server, wanted)).searchParams.get('code') ?? ''
}

/** Asks the token endpoint by GET, as older clients do. */
export function askToken({ url }: Place, query: Record<string, string>): Promise<Answer> {
  return send(`${url}/v24.0/oauth/access_token?${new URLSearchParams(query)}`)
}

/** A user's token. */
export async function freshToken(server: Place, wanted: Record<string, unknown> = {}): Promise<string> {
  const code = await freshCode(server, wanted)
  const { body, text } = await post(`${server.url}/oauth/access_token`, { ...app, code, redirect_uri: callback })
  if (typeof body.access_token !== 'string') throw new Error(text)
  return body.access_token
}

/** Calls the API with a token. */
export function graph({ url }: Place, path: string, query: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return send(`${url}${path}?${new URLSearchParams(query)}`, { method })
}

/** How somebody walks through the pages. */
interface Walk {
  username?: string
  decision?: 'allow' | 'deny'
  granted?: string[]
  jar?: Jar
}

/** Goes on from a page as Alice, or as whom one says, until the browser is sent back. */
export async function walk(
  page: Visit,
  origin: string,
  { username = 'alice', decision = 'allow', granted = ['email'], jar = new Jar() }: Walk = {},
) {
  let visit = page
  for (let step = 0; step < 2 && visit.status === 200; step++) {
    const decided = decision === 'allow' ? { __CONFIRM__: '1', granted } : { __CANCEL__: '1' }
    visit = await jar.post(visit, origin, visit.html.includes('name="pass"') ? { email: username, pass: 'password', login: '1' } : decided)
  }
  return visit
}

/** Goes through the pages of an address. */
export async function throughPages(address: string, as: Walk = {}): Promise<URL> {
  const jar = as.jar ?? new Jar()
  const { location, status, html } = await walk(await jar.open(address), new URL(address).origin, { ...as, jar })
  if (location === undefined) throw new Error(`no way back: ${status} ${html}`)
  return location
}
