import type { Endpoint } from '../oauth/model/endpoint.ts'
import type { Reason } from '../oauth/model/reasons.ts'
import type { ControlClient } from './control-client.ts'
import { GrantboxError } from './error.ts'

/** A request to a sandbox and what was answered; secrets are masked unless the sandbox's setting `show_secrets` says otherwise. */
export interface JournalEntry {
  /** Grows from entry to entry. */
  id: number
  /** By the sandbox's clock, RFC 3339. */
  time: string
  duration_ms: number
  /** Whether its client closed the connection before all of the answer was written. */
  aborted: boolean
  /** How long such a client waited, milliseconds; null otherwise. */
  waited_ms: number | null
  endpoint: string
  method: string
  url: string
  /** Requests that came by one connection have the same number. */
  connection: number | null
  /** The host and port that were called, when it came through the proxy. */
  host: string | null
  /** 0 when no answer reached the client: the connection was dropped, or the client went away. */
  status: number
  error: string | null
  /** Why, where the error has several situations, as `code_used`. */
  reason: Reason | null
  /** Which rule the request broke, what was expected and what came. */
  explanation: string | null
  /** What of the request had no effect, a sentence each. */
  notes: string[]
  client_id: string | null
  username: string | null
  grant_type: string | null
  grant_id: number | null
  /** The realm, pool or tenant that was asked, where the vendor has such worlds. */
  space?: string
  /** `control` when the control API acted for a browser, as `authorize()` does. */
  driver: 'control' | null
  /** The id of the request that it repeats, when it was sent again from the dashboard. */
  again_of: number | null
  request_headers: Record<string, unknown>
  /** Forms and JSON decoded; null when there was none. */
  request_body?: unknown
  response_headers: Record<string, unknown>
  response_body?: unknown
}

/** A rule that a client broke, and the requests that prove it; no secret stands in it. */
export interface Hint {
  rule: string
  level: 'must' | 'should' | 'hint'
  client_id: string
  /** What the client did. */
  message: string
  /** Ids of requests in the journal. */
  evidence: number[]
  /** The paragraph that asks for it. */
  source: string
  mend: string
}

/** Which requests are wanted. */
export interface JournalFilter {
  endpoint?: Endpoint
  client_id?: string
  grant_type?: string
  /** What came to one space. */
  space?: string
  /** What the control API did for a browser, alone or as well; left out otherwise. */
  driver?: 'control' | 'any'
  /** Only those that came after the one with this id. */
  after?: number
}

/** A sandbox's journal. */
export interface Requests {
  /** The newest ones, or with `after` those next in line; at most `limit`, 100 when absent. */
  list(query?: JournalFilter & { limit?: number }): Promise<JournalEntry[]>
  /**
   * The first request that matches, waiting for it if none came yet.
   * @param options.timeout milliseconds, 5000 when absent
   * @throws GrantboxError when none came in time
   */
  wait(query?: JournalFilter, options?: { timeout?: number }): Promise<JournalEntry>
  /** The requests as they come, until the loop is left or the signal is aborted. */
  stream(query?: JournalFilter, options?: { signal?: AbortSignal }): AsyncGenerator<JournalEntry, void, undefined>
  /** Forgets all. */
  clear(): Promise<void>
}

interface Page {
  items: JournalEntry[]
}

export function requests(client: ControlClient, path: string): Requests {
  const all = `${path}/requests`
  return {
    list: async (query = {}) => (await client.get<Page>(all, { ...query })).items,
    async wait(query = {}, { timeout = 5000 } = {}) {
      // With `after` the journal gives the oldest that matches first.
      const { items } = await client.get<Page>(all, { after: 0, ...query, limit: 1, wait: Math.min(timeout / 1000, 60) })
      const [first] = items
      if (first !== undefined) return first
      const wanted = Object.entries(query).map(([name, value]) => `${name} ${value}`)
      const detail = `No request${wanted.length === 0 ? '' : ` with ${wanted.join(', ')}`} came within ${timeout} ms`
      throw new GrantboxError({ status: 408, title: 'Request Timeout', detail })
    },
    async *stream(query = {}, { signal } = {}) {
      const end = new AbortController()
      const stop = () => end.abort()
      signal?.addEventListener('abort', stop)
      try {
        if (signal?.aborted === true) return
        const response = await client.open(`${all}/stream`, { ...query }, { accept: 'text/event-stream' }, end.signal)
        yield* eventsOf(response)
      } catch (error) {
        if (signal?.aborted !== true) throw error
      } finally {
        signal?.removeEventListener('abort', stop)
        end.abort()
      }
    },
    clear: () => client.delete(all),
  }
}

/** The data of the server-sent events of an answer. */
async function* eventsOf({ body }: Response): AsyncGenerator<JournalEntry, void, undefined> {
  if (body === null) return
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1]
      if (data !== undefined) yield JSON.parse(data)
    }
  }
}
