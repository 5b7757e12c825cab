import type { ControlClient } from './control-client.ts'

/** What a user, or a client by itself, gave a client. */
export interface Grant {
  id: number
  /** How it came about. */
  grant_type: string
  client_id: string
  /** The name of the app. */
  app: string
  /** Null for what a client has by itself. */
  username: string | null
  scope: string
  active: boolean
  created_at: string
  /** The vendor's space that it is in, where the vendor has such spaces. */
  space?: string
  revoked_at: string | null
  revoked_reason: string | null
}

/** How it stands with a code or token. */
export type TokenState = 'active' | 'used' | 'expired' | 'revoked'

/** A grant's authorization code. */
export interface GrantCode {
  issued_at: string
  expires_at: string
  used_at: string | null
  /** The client_id. */
  used_by: string | null
  scope: string
  state: TokenState
}

/** A request that carried an access token. */
export interface TokenUse {
  time: string
  endpoint: string
  method: string
  url: string
  status: number
  client_id: string | null
}

/** A token of a grant. */
export interface GrantToken {
  use: 'access' | 'refresh'
  id: number
  scope: string
  issued_at: string
  expires_at: string | null
  state: TokenState
  /** Of a refresh token: when it brought its successor. */
  used_at?: string | null | undefined
  /** Of a refresh token: the client_id. */
  used_by?: string | null | undefined
  /** Of an access token: the requests in the journal that carried it. */
  uses?: TokenUse[] | undefined
  /** Of a refresh token: what was issued for it. */
  tokens?: GrantToken[] | undefined
}

/** A grant with all that descended from it. */
export interface GrantLineage extends Grant {
  code: GrantCode | null
  tokens: GrantToken[]
}

/** Which grants are wanted. */
export interface GrantQuery {
  client_id?: string
  username?: string
  /** Only those that were not revoked, or only those that were. */
  active?: boolean
}

/** A sandbox's grants. */
export interface Grants {
  /** Oldest first. */
  list(query?: GrantQuery): Promise<Grant[]>
  get(id: number): Promise<GrantLineage>
  /** The user removed the app: the grant's tokens are refused from now on. */
  revoke(id: number): Promise<void>
}

export function grants(client: ControlClient, path: string): Grants {
  const all = `${path}/grants`
  return {
    list: (query = {}) => client.all(all, query),
    get: (id) => client.get(`${all}/${id}`),
    revoke: (id) => client.delete(`${all}/${id}`),
  }
}
