/** The preloaded clients and users of the standard provider. */
export const web = { client_id: 'standard-web', client_secret: 'standard-web-secret' }
export const alice = { username: 'alice', password: 'password' }
export const bob = { username: 'bob', password: 'password' }

/** A JSON answer as a client sees it. */
export interface JsonAnswer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

/** Posts a form below a base URL. */
export function post(
  base: string,
  path: string,
  form: Record<string, string> | [string, string][],
  headers: Record<string, string> = {},
): Promise<JsonAnswer> {
  return json(`${base}${path}`, { method: 'POST', body: new URLSearchParams(form), headers })
}

/** Fetches JSON. */
export async function json(url: string, init: RequestInit = {}): Promise<JsonAnswer> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
}

/** Tokens of the password grant for alice, as the confidential client. */
export async function tokensOf(base: string, form: Record<string, string> = {}): Promise<Record<string, string>> {
  const { status, body } = await post(base, '/token', { grant_type: 'password', ...web, ...alice, ...form })
  if (status !== 200) throw new Error(`no tokens: ${JSON.stringify(body)}`)
  return body as Record<string, string>
}

/** What userinfo says of a token: 200 while it holds. */
export async function userinfoStatus(base: string, access_token: unknown): Promise<number> {
  return (await fetch(`${base}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })).status
}

/** The claims of a JWT. */
export function claimsOf(token: unknown): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString())
}
