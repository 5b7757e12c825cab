import { createPrivateKey } from 'node:crypto'
import { SignJWT } from 'jose'
import { Jar, type Visit } from '../../support/browser-jar.ts'
import { postedBy } from '../../support/posted.ts'
import { start, startForFile, type TestServer } from '../../support/server.ts'
import { type Answer, post, postJson, send } from '../../support/vendor-client.ts'

/** The preloaded Services ID, and the bundle id of the same app. */
export const web = 'com.example.web'
export const native = 'com.example.app'
export const team = 'GRANTBOX26'
export const callback = 'https://example.com/callback'
export const aliceId = '000544.5e201aec537347aeb79d23cbc345170a.1321'
export const bobId = '001207.9b1c44d8a0f24c6f8a57e3d1b26f0c95.0746'
export const vendorHost = 'https://appleid.apple.com'

const options = { defaultProvider: 'apple' } as const

/** A team in memory, until the test ends. */
export const startTeam = () => start(options)

/** The same, until the file ends. */
export const startTeamForFile = () => startForFile(options)

type Place = Pick<TestServer, 'url'>

/** What the control API tells of a client. */
export interface ToldClient {
  client_id: string
  client_secret: string | null
  client_key?: { team_id: string; key_id: string; private_key: string }
}

const control = (url: string) => `${url}/_grantbox/sandboxes/apple`

/** The preloaded clients, as the control API tells them. */
export async function toldClient({ url }: Place, client_id = web): Promise<ToldClient> {
  const { body } = await send(`${control(url)}/apps`)
  const clients = (body.items as { clients: ToldClient[] }[]).flatMap((app) => app.clients)
  const found = clients.find((one) => one.client_id === client_id)
  if (found === undefined) throw new Error(`no client ${client_id}`)
  return found
}

/** A secret that was made as a client makes it, of the key that the control API tells, with what a test wants otherwise. */
export async function madeSecret(server: Place & Pick<TestServer, 'clock'>, claims: object = {}, header: object = {}, client_id = web) {
  const { client_key } = await toldClient(server, client_id)
  if (client_key === undefined) throw new Error('no key')
  const iat = Math.floor(server.clock.now() / 1000)
  const usual = { iss: client_key.team_id, iat, exp: iat + 3600, aud: vendorHost, sub: client_id }
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: client_key.key_id, ...header })
    .sign(createPrivateKey(client_key.private_key))
}

/** Changes settings of the sandbox. */
export function change({ url }: Place, settings: Record<string, unknown>): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  return send(control(url), { method: 'PATCH', headers, body: JSON.stringify({ settings }) })
}

/** Registers redirect URIs of the preloaded app, beside its own callback. */
export function allowRedirects({ url }: Place, ...redirect_uris: string[]): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ redirect_uris: [callback, ...redirect_uris] })
  return send(`${control(url)}/apps/app_apple_example`, { method: 'PATCH', headers, body })
}

/** Who a client is, in the body. */
export async function credentials(server: Place, client_id = web): Promise<{ client_id: string; client_secret: string }> {
  return { client_id, client_secret: (await toldClient(server, client_id)).client_secret ?? '' }
}

/** How somebody walks through the pages: further members are what is typed where the app is let in. */
interface Walk {
  username?: string
  decision?: 'allow' | 'deny'
  jar?: Jar
  firstName?: string
  lastName?: string
  email?: 'share' | 'hide'
}

interface Ending {
  back: URL
  fields: Record<string, string> | undefined
}

/** Asks the token endpoint. */
export function askToken({ url }: Place, form: Record<string, string>): Promise<Answer> {
  return post(`${url}/auth/token`, form)
}

/** An authorization without a browser: the answer as the control API tells it. */
export async function authorized({ url }: Place, wanted: Record<string, unknown> = {}): Promise<Answer> {
  const asked = { client_id: web, username: 'alice', redirect_uri: callback, response_type: 'code', response_mode: 'form_post', ...wanted }
  return postJson(`${control(url)}/authorize`, asked)
}

/** A code without a browser. */
export async function freshCode(server: Place, wanted: Record<string, unknown> = {}): Promise<string> {
  const { body, text } = await authorized(server, { scope: 'name email', ...wanted })
  if (typeof body.code !== 'string') throw new Error(text)
  return body.code
}

/** The tokens of a fresh code. */
export async function freshTokens(server: Place, wanted: Record<string, unknown> = {}): Promise<Record<string, string>> {
  const code = await freshCode(server, wanted)
  const client = await credentials(server, String(wanted.client_id ?? web))
  const { body, text } = await askToken(server, { grant_type: 'authorization_code', code, redirect_uri: callback, ...client })
  if (typeof body.access_token !== 'string') throw new Error(text)
  return body as Record<string, string>
}

/** Goes on from a page as Alice, or as whom one says, to the one that posts to the app, or where the browser is sent. */
export async function walk(page: Visit, origin: string, { username = 'alice', decision = 'allow', jar = new Jar(), ...typed }: Walk = {}) {
  let visit = page
  for (let step = 0; step < 3 && visit.status === 200 && postedBy(visit.html) === undefined; step++) {
    const asks = (field: string) => visit.html.includes(`name="${field}"`)
    const credentials = asks('password') ? { accountName: username, password: 'password' } : { accountName: username }
    visit = await jar.post(visit, origin, asks('accountName') || asks('password') ? credentials : { decision, ...typed })
  }
  return visit
}

/** Goes through the pages, and gives what is posted to the app, or where the browser is sent. */
export async function throughPages(address: string, as: Walk = {}): Promise<Ending> {
  const jar = as.jar ?? new Jar()
  const { html, status, location } = await walk(await jar.open(address), new URL(address).origin, { ...as, jar })
  const posted = postedBy(html)
  const back = posted?.action ?? location?.href
  if (back === undefined) throw new Error(`no way back: ${status} ${html}`)
  return { back: new URL(back), fields: posted?.fields }
}
