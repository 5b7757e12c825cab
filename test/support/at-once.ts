import { Agent, request } from 'node:http'
import { onTestFinished } from 'vitest'

/** How many do the same at once, each over a connection of its own. */
export const many = 40

/** An answer with its JSON, or its text. */
export interface Answer {
  status: number
  body: Record<string, unknown>
  headers: Record<string, unknown>
}

/** A form or JSON to a path; POST when nothing else is said. */
export interface Request {
  method?: string
  path: string
  form?: object
  json?: unknown
  headers?: object
}

/** Connects all first and then sends all, so that nobody is ahead. */
export async function atOnce(url: string, requests: readonly Request[]): Promise<Answer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: requests.length })
  onTestFinished(() => agent.destroy())
  const send = ({ method = 'POST', path, form, json, headers = {} }: Request) =>
    new Promise<Answer>((resolve, reject) => {
      const body =
        form === undefined ? (json === undefined ? '' : JSON.stringify(json)) : new URLSearchParams(Object.entries(form)).toString()
      const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded'
      const sent = request(
        `${url}${path}`,
        { method, agent, headers: { ...(body !== '' && { 'content-type': type }), ...headers } },
        (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString()
          })
          response.on('end', () => {
            const isJson = response.headers['content-type']?.includes('json') === true && text !== ''
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: isJson ? JSON.parse(text) : { text } })
          })
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  await Promise.all(requests.map(() => send({ method: 'GET', path: '/_grantbox/health' })))
  return Promise.all(requests.map(send))
}

export const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n))
export const count = (answers: readonly Answer[], status: number) => answers.filter((answer) => answer.status === status).length
