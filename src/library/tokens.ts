import type { ControlClient } from './control-client.ts'

/** A length of time: `"5m"`, `"90s"`, `"250ms"`, or seconds. */
export type Duration = string | number

/** Tokens that are wanted without a flow. */
export interface TokenRequest {
  client_id: string
  /** The user's tokens; the client's own when absent. */
  username?: string
  /** All that the client's app may have when absent. */
  scope?: string
  /** They stand in every JWT beside the usual claims, or in their place. */
  claims?: Record<string, unknown>
  /** Of the access token; negative for one that is born expired. */
  expires_in?: Duration
  /** Whom the access token is for, with blanks between several; as the sandbox has it when absent. */
  audience?: string
  /** Of the access token, where the provider has both; as the client or the sandbox has it when absent. */
  format?: 'jwt' | 'opaque'
}

/** A token answer, with whatever else the provider says in it. */
export interface TokenAnswer {
  access_token: string
  token_type?: string
  expires_in?: number
  refresh_token?: string
  id_token?: string
  scope?: string
  [member: string]: unknown
}

/** Which tokens shall expire. */
export interface TokenExpiry {
  what: 'access' | 'refresh' | 'all'
  client_id?: string
  username?: string
}

/** A sandbox's tokens. */
export interface Tokens {
  /** Mints tokens without a flow. */
  mint(wanted: TokenRequest): Promise<TokenAnswer>
  /** Lets tokens expire now, all when nothing is said; tells how many lived until then. */
  expire(which?: TokenExpiry): Promise<{ access_tokens: number; refresh_tokens: number }>
}

export function tokens(client: ControlClient, path: string): Tokens {
  return {
    mint: (wanted) => client.post(`${path}/tokens`, wanted),
    expire: (which = { what: 'all' }) => client.post(`${path}/tokens/expire`, which),
  }
}
