import { createHash } from 'node:crypto'
import type { Provider } from '../../src/providers/provider.ts'

/** How a vendor is spoken to where its provider does not say it. */
interface Peculiar {
  /** Where it is neither `openid` nor nothing. */
  scope?: string
  /** What asks for an access token, where it is not userinfo; null where nothing does. */
  me?: string | null
  /** Beside the usual parameters of an authorization request. */
  parameters?: Readonly<Record<string, string>>
  /** Access tokens live on when a refresh token that was used comes again. */
  reuse_spares_access?: boolean
}

const peculiar: Readonly<Record<string, Peculiar>> = {
  iokids: { me: '/v1/me' },
  wildix: { me: '/resource' },
  socialid: { me: '/resource' },
  deyel: { me: '/resource' },
  apple: { me: null },
  auth0: { reuse_spares_access: true },
  discord: { scope: 'identify', me: '/api/users/@me' },
  facebook: { scope: 'public_profile', me: '/me' },
  // A user has ten tokens of an app: older ones are revoked as newer come.
  github: { scope: 'read:user', me: null },
  google: { parameters: { access_type: 'offline' } },
  slack: { scope: 'openid profile' },
}

const redirect_uri = 'https://app.example/callback'
const code_verifier = 'v'.repeat(43)
const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')

/** One client of a vendor's sandbox, its user, and how it asks; paths are below the server's address. */
export interface Speech {
  provider: string
  sandbox: string
  token: string
  revocation: string | undefined
  me: string | undefined
  client: { client_id: string; client_secret: string | null; token_endpoint_auth_method: string }
  user: { username: string; password: string }
  /** What an authorization request has beside the usual. */
  parameters: Readonly<Record<string, string>>
  rotation: string
  /** Whether a refresh token works once: its successor is another one, and shuts it out. */
  rotates: boolean
  reuse_spares_access: boolean
  /** Grant types that give tokens to the client as it is. */
  grants: readonly string[]
}

/** What a token endpoint answered. */
export interface TokenAnswer {
  /** Whether it gave tokens; some vendors refuse with 200. */
  ok: boolean
  status: number
  text: string
  access_token: string
  refresh_token: string | undefined
}

/** Calls the control API. @throws Error for what it refuses */
export async function tell(url: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const init = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(`${url}/_grantbox${path}`, { method, ...init })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return text === '' ? {} : JSON.parse(text)
}

/** Makes a sandbox of a vendor with an app and a user, and finds out how the app gets tokens. */
export async function learnSpeech(url: string, provider: Provider, sandbox: string): Promise<Speech> {
  const at = `/sandboxes/${sandbox}`
  // A server that is started again has another port, and some vendors refuse tokens of another issuer.
  const settings = { issuer: `http://issuer.example/${sandbox}` }
  const place = await tell(url, 'POST', '/sandboxes', { name: sandbox, provider: provider.id, settings })
  const app = await tell(url, 'POST', `${at}/apps`, { name: 'Load', redirect_uris: [redirect_uri] })
  const user = { username: 'load-user', password: 'Passw0rd!' }
  await tell(url, 'POST', `${at}/users`, { ...user, email: 'load@example.com', name: 'Lo Ad', claims: { email_verified: true } })
  const { scope, me = provider.paths.userinfo, parameters = {}, reuse_spares_access = false } = peculiar[provider.id] ?? {}
  const usual = provider.scopes.map(({ name }) => name).filter((name) => name === 'openid' || name === 'offline_access')
  const asked = scope ?? usual.join(' ')
  const below = (path: string | null | undefined) => (typeof path === 'string' ? `/${sandbox}${inSpace(provider, path)}` : undefined)
  const [client] = app.clients as [Speech['client']]
  const speech: Speech = {
    provider: provider.id,
    sandbox,
    token: new URL(String(place.token_endpoint)).pathname,
    revocation: below(provider.paths.revocation),
    me: below(me),
    client,
    user,
    parameters: { ...(asked !== '' && { scope: asked }), ...parameters },
    rotation: String((place.settings as Record<string, unknown>).rotation),
    rotates: false,
    reuse_spares_access,
    grants: [],
  }
  const first = await askToken(url, speech, await codeForm(url, speech))
  if (!first.ok) throw new Error(`${provider.id}: ${first.text}`)
  const second = first.refresh_token === undefined ? first : await askToken(url, speech, refreshForm(first.refresh_token))
  const isNew = second.refresh_token !== undefined && second.refresh_token !== first.refresh_token
  const grants: string[] = []
  for (const grant of ['password', 'client_credentials']) if ((await askToken(url, speech, grantForm(speech, grant))).ok) grants.push(grant)
  return { ...speech, rotates: isNew && ['strict', 'lenient'].includes(speech.rotation), grants }
}

function inSpace({ spaces = {} }: Provider, path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (whole, part: string) => spaces[part]?.default ?? whole)
}

/** What redeems a new code (RFC 6749 §4.1.3); the user is signed in without a browser. */
export async function codeForm(url: string, { sandbox, client, user, parameters }: Speech): Promise<Record<string, string>> {
  const usual = { client_id: client.client_id, redirect_uri, state: 'state-of-the-load', nonce: 'nonce', username: user.username }
  const asked = { ...usual, ...parameters, code_challenge, code_challenge_method: 'S256' }
  const { code } = await tell(url, 'POST', `/sandboxes/${sandbox}/authorize`, asked)
  return { grant_type: 'authorization_code', code: String(code), redirect_uri, code_verifier }
}

export function refreshForm(refresh_token: string): Record<string, string> {
  return { grant_type: 'refresh_token', refresh_token }
}

/** A request that needs nothing but credentials. */
export function grantForm({ user, parameters: { scope } }: Speech, grant_type: string): Record<string, string> {
  return grant_type === 'password' ? { grant_type, ...user, ...(scope !== undefined && { scope }) } : { grant_type }
}

/** Asks the token endpoint. @throws TypeError when the server has gone; Error for a failure of its own */
export async function askToken(url: string, speech: Speech, form: Record<string, string>): Promise<TokenAnswer> {
  const { status, text } = await post(url + speech.token, speech, form)
  if (status >= 500) throw new Error(`${speech.token} ${JSON.stringify(form)}: ${status} ${text}`)
  const { access_token, refresh_token } = text.startsWith('{') ? (JSON.parse(text) as Record<string, string | undefined>) : {}
  return { ok: access_token !== undefined, status, text, access_token: access_token ?? '', refresh_token }
}

/** RFC 7009, where the vendor has it. @throws TypeError, Error */
export async function revokeToken(url: string, speech: Speech, token: string): Promise<void> {
  const { status, text } = await post(`${url}${speech.revocation}`, speech, { token })
  if (status !== 200) throw new Error(`${speech.revocation}: ${status} ${text}`)
}

async function post(url: string, { client }: Speech, form: Record<string, string>): Promise<{ status: number; text: string }> {
  const { client_id, client_secret, token_endpoint_auth_method: method } = client
  const credentials = Buffer.from(`${client_id}:${client_secret}`).toString('base64')
  const said = { client_id, ...(client_secret !== null && { client_secret }) }
  const isBasic = method === 'client_secret_basic'
  const headers = { accept: 'application/json', ...(isBasic && { authorization: `Basic ${credentials}` }) }
  const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams({ ...form, ...(!isBasic && said) }) })
  return { status: answer.status, text: await answer.text() }
}

/** Whether an access token is known where the vendor asks for one, be its scope enough or not. */
export async function isAlive(url: string, { me }: Speech, access_token: string): Promise<boolean> {
  const answer = await fetch(url + me, { headers: { authorization: `Bearer ${access_token}`, 'user-agent': 'load' } })
  const text = await answer.text()
  if (answer.status >= 500) throw new Error(`${me}: ${answer.status} ${text}`)
  return answer.status !== 401 && !text.startsWith('{"ok":false')
}
