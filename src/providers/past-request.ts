import type { Reason } from '../oauth/model/reasons.ts'

/** A request that was answered, as far as the journal remembers it. */
export interface PastRequest {
  id: number
  /** Milliseconds by the sandbox's clock. */
  time: number
  /** One of `oauth/model/endpoint.ts`. */
  endpoint: string
  url: string
  client_id?: string | undefined
  username?: string | undefined
  grant_type?: string | undefined
  /** The RFC's code of what went wrong. */
  error?: string | undefined
  /** Why, where that has several situations. */
  reason?: Reason | undefined
  /** Of its tokens. */
  grant_id?: number | undefined
  /** As much of these as is kept. */
  request_body?: unknown
  response_body?: string | undefined
  response_headers?: Readonly<Record<string, unknown>>
  /** Whether the browser was sent on. */
  redirected: boolean
}
