import { type FieldError, GrantboxError } from './error.ts'

/** What goes behind a path; undefined members are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Speaks to the control API of one grantbox. */
export class ControlClient {
  /** Of the grantbox, without a slash at the end. */
  readonly url: string
  readonly #adminToken: string | undefined
  readonly #space: string | undefined

  /** @param space which of a sandbox's spaces every call is about */
  constructor(url: string, adminToken: string | undefined, space?: string) {
    this.url = url.replace(/(?<!\/)\/+$/, '')
    this.#adminToken = adminToken
    this.#space = space
  }

  /** The same for one of a sandbox's spaces. */
  inSpace(space: string): ControlClient {
    return new ControlClient(this.url, this.#adminToken, space)
  }

  get<T>(path: string, query?: Query): Promise<T> {
    return this.#call('GET', path, undefined, query)
  }

  /** Every page of a list. */
  async all<T>(path: string, query: object): Promise<T[]> {
    const found: T[] = []
    let after: string | undefined
    do {
      const page: { items: T[]; next_cursor: string | null } = await this.get(path, { ...query, limit: 1000, after })
      found.push(...page.items)
      after = page.next_cursor ?? undefined
    } while (after !== undefined)
    return found
  }

  post<T>(path: string, body?: object): Promise<T> {
    return this.#call('POST', path, body)
  }

  put<T>(path: string, body: object): Promise<T> {
    return this.#call('PUT', path, body)
  }

  patch<T>(path: string, body: object): Promise<T> {
    return this.#call('PATCH', path, body)
  }

  async delete(path: string): Promise<void> {
    await this.#call('DELETE', path)
  }

  /** The certificate of its authority, as PEM. */
  async authority(): Promise<string> {
    return (await this.open('/ca.pem', {}, {}, undefined)).text()
  }

  /** An answer whose body comes bit by bit. */
  async open(path: string, query: Query, headers: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<Response> {
    const response = await this.#send('GET', path, { query, headers, signal })
    return response.ok ? response : refuse(response, `GET ${path}`)
  }

  async #call<T>(method: Method, path: string, body?: object, query?: Query): Promise<T> {
    const response = await this.#send(method, path, { body, query })
    if (!response.ok) return refuse(response, `${method} ${path}`)
    const text = await response.text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  async #send(
    method: Method,
    path: string,
    given: {
      body?: object | undefined
      query?: Query | undefined
      headers?: Readonly<Record<string, string>>
      signal?: AbortSignal | undefined
    },
  ): Promise<Response> {
    const url = `${this.url}/_grantbox${path}${queryString({ space: this.#space, ...given.query })}`
    const authorization = this.#adminToken === undefined ? {} : { authorization: `Bearer ${this.#adminToken}` }
    const headers = { ...authorization, ...given.headers, ...(given.body !== undefined && { 'content-type': 'application/json' }) }
    try {
      return await fetch(url, {
        method,
        headers,
        ...(given.body !== undefined && { body: JSON.stringify(given.body) }),
        ...(given.signal !== undefined && { signal: given.signal }),
      })
    } catch (error) {
      if (given.signal?.aborted === true) throw error
      throw unreachable(this.url, error)
    }
  }
}

function queryString(query: Query | undefined): string {
  const given = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  )
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

/** @throws GrantboxError with what the answer says, or with its status when it is no problem document */
async function refuse(response: Response, call: string): Promise<never> {
  const text = await response.text()
  const { status } = response
  const problem = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : {}
  throw new GrantboxError({
    status,
    title: String(problem.title ?? response.statusText),
    detail: String(problem.detail ?? `${call} was answered with ${status}: ${text.slice(0, 200)}`),
    errors: problem.errors as FieldError[] | undefined,
  })
}

/** fetch says "fetch failed" and keeps what happened in the cause. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

function unreachable(url: string, error: unknown): GrantboxError {
  const detail = `grantbox at ${url} does not answer: ${reasonOf(error)}`
  return new GrantboxError({ status: 0, title: 'No answer', detail }, { cause: error })
}
