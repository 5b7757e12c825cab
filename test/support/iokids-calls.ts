import { brandon, passwordTokens } from './iokids-client.ts'

/** An answer of the vendor's API; the body is JSON, or text when it is none. */
export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answers
  body: any
}

/** Sends a request such as `GET /v1/me`; a string is sent as it is, anything else as JSON. */
export type Call = (request: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

/** Calls the API of the sandbox at `base` with an access token, or with none. */
export function caller(base: string, access_token?: string): Call {
  return async (request, body, headers = {}) => {
    const [method = '', path = ''] = request.split(' ', 2)
    const response = await fetch(base + path, {
      method,
      headers: {
        ...(access_token !== undefined && { authorization: `Bearer ${access_token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const json = response.headers.get('content-type')?.startsWith('application/json') === true
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text }
  }
}

/** Calls the API as a user who signed in to FindFluffy, or to the client that `form` names. */
export async function as(username: string, base: string, form: Record<string, string> = {}): Promise<Call> {
  const { access_token } = await passwordTokens(base, { ...brandon, username, ...form })
  return caller(base, access_token)
}

/** Gets all pages of a list. */
export async function allPages(call: Call, request: string): Promise<{ items: unknown[]; pages: number }> {
  const items: unknown[] = []
  let pages = 0
  let cursor: string | null = ''
  while (cursor !== null) {
    const { status, body }: Answer = await call(`${request}&cursor=${cursor}`)
    if (status !== 200) throw new Error(`${request} answered ${status}`)
    items.push(...body.items)
    pages++
    cursor = body.next_cursor
  }
  return { items, pages }
}

/** What a refusal looks like, to be matched. */
export function refusal(status: number, error_code: number, error_description: unknown): Pick<Answer, 'status' | 'body'> {
  return { status, body: { error_code, error_description } }
}

export const noPermission = refusal(401, 4011, 'Application does not have permission')
export const userMayNot = refusal(403, 4031, 'User does not have permission')
export const notFound = refusal(404, 4041, 'Not found')
