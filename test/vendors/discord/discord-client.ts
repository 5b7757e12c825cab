import { Jar, type Visit } from '../../support/browser-jar.ts'
import { start, startForFile, type TestServer } from '../../support/server.ts'
import { type Answer, basic, post, send } from '../../support/vendor-client.ts'

/** The preloaded app, and the one without a secret. */
export const app = { client_id: '157730590492196864', client_secret: 'Q3vX8sLk-1TfKeYw0RbGmu5HcPdJ7o_A' }
export const game = { client_id: '157730590492196865' }

export const callback = 'http://127.0.0.1/callback'
export const aliceId = '175928847299117063'
export const bobId = '175928847299117064'
export const server1 = '197038439483310086'
export const alice = { email: 'alice', password: 'password' }

const options = { defaultProvider: 'discord' } as const

/** Discord in memory, until the test ends. */
export const startDiscord = () => start(options)

/** The same, until the file ends. */
export const startDiscordForFile = () => startForFile(options)

type At = Pick<TestServer, 'url'>

/** Goes on from a page as alice, until the browser is sent back. */
export async function goOn(jar: Jar, page: Visit, base: string, authorize = 'true'): Promise<Visit> {
  let visit = page
  for (let step = 0; step < 3 && visit.location === undefined && visit.status === 200; step++) {
    visit = await jar.post(visit, base, visit.html.includes('type="password"') ? alice : { authorize })
  }
  return visit
}

/** Goes through the pages as alice, and gives where the browser is sent. */
export async function throughPages(address: string, jar = new Jar(), authorize?: string): Promise<URL> {
  const { location, html } = await goOn(jar, await jar.open(address), new URL(address).origin, authorize)
  if (location === undefined) throw new Error(`no way back: ${html}`)
  return location
}

/** The address of an authorization. */
export function authorizeAt({ url }: At, query: Record<string, string> = {}, path = '/oauth2/authorize'): string {
  const asked = { client_id: app.client_id, response_type: 'code', redirect_uri: callback, scope: 'identify', state: 's', ...query }
  return `${url}${path}?${new URLSearchParams(asked)}`
}

/** A code. */
export async function codeOf(server: At, query: Record<string, string> = {}): Promise<string> {
  return (await throughPages(authorizeAt(server, query))).searchParams.get('code') ?? ''
}

/** Asks the token endpoint with the app's id and secret in the header. */
export function askToken({ url }: At, form: Record<string, string>, by = app): Promise<Answer> {
  return post(`${url}/api/oauth2/token`, form, basic(by.client_id, by.client_secret))
}

/** Tokens of a user. */
export async function tokensFor(server: At, scope = 'identify', query: Record<string, string> = {}): Promise<Answer> {
  const code = await codeOf(server, { scope, ...query })
  return askToken(server, { grant_type: 'authorization_code', code, redirect_uri: callback })
}

/** Calls the API with a user's token. */
export function call({ url }: At, path: string, token: unknown, init: RequestInit = {}): Promise<Answer> {
  return send(`${url}/api${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
}
