/**
 * Signing in without a browser: whatever an authorization request may contain, and who decides what. Numbers, booleans, lists and
 * objects (`max_age`, `claims`) are written as they stand in a URL.
 */
export interface Authorization {
  client_id: string
  /** May be absent when the app has one alone. */
  redirect_uri?: string
  username: string
  /** `allow` when absent. */
  decision?: 'allow' | 'deny'
  /** The part of the scope that the user allows; all of it when absent. */
  granted_scope?: string
  /** The parameters of the request, such as `scope`, `state`, `nonce` and `code_challenge`. */
  [parameter: string]: unknown
}

/** Where the browser would be sent after signing in. */
export interface Authorized {
  /** The redirect URI with the code, or with the error. */
  redirect_to: string
  code?: string
  /** What the browser would post there, with response modes form_post and web_message. */
  form?: Record<string, string>
  /** What of the request had no effect, a sentence each. */
  notes: string[]
}
