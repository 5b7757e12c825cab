import type { TestServer } from './server.ts'

/** What the control API answered. */
export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  body: any
}

/** Calls the control API of a running server, below `/_grantbox`. */
export async function control(server: Pick<TestServer, 'url'>, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${server.url}/_grantbox${path}`, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}
