import type { Endpoint } from '../oauth/model/endpoint.ts'
import type { ControlClient } from './control-client.ts'
import type { Duration } from './tokens.ts'

/** An instruction to misbehave: which requests meet it, how often, and what happens to them. */
export interface NewFault {
  /** `*` means all. */
  endpoint: Endpoint | '*'
  grant_type?: string | undefined
  client_id?: string | undefined
  username?: string | undefined
  /** So many requests that match are let through first; 0 when absent. */
  after?: number
  /** How often it strikes; 0 means until it is removed, 1 when absent. */
  times?: number
  /** Said in the provider's own dialect. */
  error?: string | undefined
  error_description?: string | undefined
  /** Said as given, with headers and body; with `error` the status of that error. */
  status?: number | undefined
  headers?: Record<string, string> | undefined
  /** Text as it is, anything else as JSON. */
  body?: unknown
  /** Waits before whatever follows; alone, before the usual answer. */
  delay?: Duration
  /** The connection ends without an answer. */
  drop?: boolean | undefined
  malformed?: 'invalid_json' | 'html' | 'empty' | 'wrong_content_type' | 'truncated' | undefined
  /** A JSON merge patch on the answer (RFC 7396): null takes a member out. */
  patch?: unknown
  /** What is wrong with the tokens of the answer. */
  token?: 'bad_signature' | 'expired' | 'not_yet_valid' | 'wrong_audience' | 'wrong_issuer' | 'alg_none' | 'unknown_kid' | undefined
  /** The scope that is granted, whatever was asked for. */
  granted_scope?: string | undefined
  /** What is wrong with the answer at the redirect URI; for authorize alone. */
  callback?: 'wrong_state' | 'missing_state' | 'wrong_iss' | 'missing_code' | 'code_and_error' | 'twice' | undefined
}

/** A fault that may still strike. */
export interface Fault extends Omit<NewFault, 'delay'> {
  id: string
  after: number
  times: number
  delay?: string | undefined
  /** How often it has struck. */
  hits: number
}

/** A sandbox's faults. A request meets the first that matches. */
export interface Faults {
  list(): Promise<Fault[]>
  add(fault: NewFault): Promise<Fault>
  remove(id: string): Promise<void>
  /** Removes all. */
  clear(): Promise<void>
}

export function faults(client: ControlClient, path: string): Faults {
  const all = `${path}/faults`
  return {
    list: async () => (await client.get<{ items: Fault[] }>(all)).items,
    add: (fault) => client.post(all, fault),
    remove: (id) => client.delete(`${all}/${encodeURIComponent(id)}`),
    clear: () => client.delete(all),
  }
}
