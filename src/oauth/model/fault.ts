/** How the tokens of a fault are wrong; each is otherwise what the client would have got. */
export type TokenFlaw = 'bad_signature' | 'expired' | 'not_yet_valid' | 'wrong_audience' | 'wrong_issuer' | 'alg_none' | 'unknown_kid'

/** How the answer at the redirect URI is wrong. */
export type CallbackFlaw = 'wrong_state' | 'missing_state' | 'wrong_iss' | 'missing_code' | 'code_and_error' | 'twice'

/** How an answer's bytes are wrong. */
export type Malformation = 'invalid_json' | 'html' | 'empty' | 'wrong_content_type' | 'truncated'

/** What a fault does; one or more. */
export interface Misbehaviour {
  /** Said in the provider's own dialect. */
  error?: string | undefined
  error_description?: string | undefined
  /** Said as given. */
  status?: number | undefined
  headers?: Readonly<Record<string, string>> | undefined
  body?: unknown
  /** Milliseconds to wait before whatever follows; alone, the usual answer. */
  delay_ms?: number | undefined
  /** The connection ends without an answer. */
  drop?: boolean | undefined
  malformed?: Malformation | undefined
  /** A JSON merge patch on the answer (RFC 7396). */
  patch?: unknown
  token?: TokenFlaw | undefined
  granted_scope?: string | undefined
  callback?: CallbackFlaw | undefined
}

/** The faults of a sandbox that strike in the course of an authorization, where the core knows the moment. */
export interface AuthorizationFaults {
  readonly size: number
  /**
   * The fault that strikes now: at the `begin`, when the request is found to be good, or at its `answer`, when the user agreed.
   * It is counted, and gone after its last time.
   */
  strikeAuthorization(stage: 'begin' | 'answer', who: { client_id: string; username: string | undefined }): Misbehaviour | undefined
}

/** RFC 7396 §2. Members called `__proto__` are data like any other. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? Object.entries(target) : []
  const merged = new Map<string, unknown>(base)
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name), value))
  }
  return Object.fromEntries(merged)
}
