/** An answer as a vendor's client sees it. */
export interface Answer {
  status: number
  headers: Headers
  text: string
  /** The JSON body; undefined when there is none. */
  body: Record<string, unknown>
  /** What the developer is told and the client is not. */
  explanation: string
}

/** `Authorization: Basic` of a client or a user. */
export function basic(id: string, secret: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}

/** Sends a request and reads its answer. */
export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && text !== ''
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : {},
    explanation: response.headers.get('grantbox-explain') ?? '',
  }
}

/** Posts a form. */
export function post(url: string, form: Record<string, string> | string, headers: Record<string, string> = {}): Promise<Answer> {
  return send(url, { method: 'POST', body: new URLSearchParams(form), headers })
}

/** Posts JSON. */
export function postJson(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return send(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })
}

/** The header of a JWT as it was encoded. */
export function headerOf(token: string): string {
  return Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()
}

/** The claims of a JWT, in their order. */
export function claimsOf(token: unknown): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString())
}
