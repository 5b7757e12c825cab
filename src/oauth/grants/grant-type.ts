import type { Context } from '../context.ts'
import type { Parameters } from '../parameters.ts'
import type { Client, Grant, User } from '../records.ts'

/** What a grant type decided to issue; the core mints it. */
export interface Issue {
  grant: Grant
  user: User | undefined
  scope: string
  /** Whether `scope` may differ from what the client asked for, so that the answer must tell it (RFC 6749 §5.1). */
  requested_scope?: string | undefined
  /** Whether a refresh token goes with it: the grant's first, or the successor of the one that was used. */
  refresh: 'none' | 'first' | { id: number; generation: number } | { keep: string }
}

/** One way to get a token (RFC 6749 §1.3). It decides; it does not mint. */
export interface GrantType {
  readonly grant_type: string
  redeem(parameters: Parameters, client: Client, context: Context): Promise<Issue>
}
