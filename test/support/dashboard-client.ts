import type { IncomingHttpHeaders } from 'node:http'
import { rawRequest } from './raw-request.ts'

/** An answer of the dashboard. */
export interface DashboardAnswer {
  status: number
  headers: IncomingHttpHeaders
  setCookies: readonly string[]
  /** The path that a redirect leads to. */
  location: string
  html: string
}

/** Form fields; a list is sent as a field that comes several times. */
export type Form = Readonly<Record<string, string | readonly string[]>>

/** A browser without scripts: it keeps cookies and sends each form with the token of the page that it saw last. */
export class DashboardClient {
  readonly #cookies = new Map<string, string>()
  readonly #url: string
  csrf = ''

  constructor(url: string) {
    this.#url = url
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<DashboardAnswer> {
    return this.#send(path, { headers })
  }

  /** Sends a form, having seen a page of the dashboard before. */
  async post(path: string, form: Form = {}, headers: Record<string, string> = {}): Promise<DashboardAnswer> {
    if (this.csrf === '') await this.get('/dashboard/iokids/apps/new')
    const body = new URLSearchParams([
      ['csrf', this.csrf],
      ...Object.entries(form).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
    ])
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    return this.#send(path, { method: 'POST', body: body.toString(), headers: { ...type, ...headers } })
  }

  /** Sends a form with a file, which is its text, and follows where it leads. */
  async upload(path: string, form: Readonly<Record<string, string>>, name: string, file: string): Promise<DashboardAnswer> {
    const parts = Object.entries({ csrf: this.csrf, ...form }).map(([field, value]) => ({ disposition: `name="${field}"`, value }))
    const body = [...parts, { disposition: `name="${name}"; filename="file"\r\nContent-Type: application/octet-stream`, value: file }]
      .map(({ disposition, value }) => `--part\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`)
      .join('')
    const headers = { 'content-type': 'multipart/form-data; boundary=part' }
    const answer = await this.#send(path, { method: 'POST', body: `${body}--part--\r\n`, headers })
    return answer.status === 303 ? this.get(answer.location) : answer
  }

  /** Sends a form and follows where it leads. */
  async submit(path: string, form: Form = {}): Promise<DashboardAnswer> {
    const answer = await this.post(path, form)
    return answer.status === 303 ? this.get(answer.location) : answer
  }

  get cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async #send(
    path: string,
    { method, body, headers }: { method?: string; body?: string; headers: Record<string, string> },
  ): Promise<DashboardAnswer> {
    // As it is written: fetch would add headers of its own that tell where a request comes from.
    const answer = await rawRequest(this.#url, path, {
      ...(method !== undefined && { method }),
      ...(body !== undefined && { body }),
      headers: { cookie: this.cookies, ...headers },
    })
    const setCookies = answer.headers['set-cookie'] ?? []
    for (const cookie of setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/Max-Age=0/.test(cookie)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    this.csrf = /name="csrf" value="([^"]+)"/.exec(answer.text)?.[1] ?? this.csrf
    return { status: answer.status, headers: answer.headers, setCookies, location: answer.headers.location ?? '', html: answer.text }
  }
}

/** What stands in a page as a reader sees it. */
export function textOf(html: string): string {
  return html
    .replaceAll(/<script[\s\S]*?<\/script>|<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
}
