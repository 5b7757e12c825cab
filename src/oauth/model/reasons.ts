import type { ErrorCode } from './error-codes.ts'

/**
 * Why a request was refused, where an RFC's code has several situations that vendors tell apart; beside each the code under which it
 * is said when nothing else is. A name has the thing first and then what is wrong with it.
 */
export const reasons = {
  parameter_missing: 'invalid_request',
  parameter_repeated: 'invalid_request',
  /** Not of the form or none of the values that it may have. */
  parameter_invalid: 'invalid_request',
  /** A secret in a query, where URLs are logged (RFC 6749 §2.3.1). */
  parameter_misplaced: 'invalid_request',
  body_empty: 'invalid_request',
  body_not_form: 'invalid_request',

  grant_type_missing: 'invalid_request',
  grant_type_unknown: 'unsupported_grant_type',
  grant_type_not_allowed: 'unauthorized_client',
  response_type_missing: 'invalid_request',
  response_type_unknown: 'unsupported_response_type',
  response_type_not_allowed: 'unauthorized_client',
  response_mode_unknown: 'invalid_request',
  nonce_missing: 'invalid_request',
  /** The sandbox or the client wants requests that are pushed (RFC 9126 §5) or signed (RFC 9101 §10.5). */
  request_unprotected: 'invalid_request',
  /** What stands in the query is not what the request object says (RFC 9101 §6.3), or two of them came. */
  request_contradictory: 'invalid_request',
  /** `id_token_hint` is no ID token of ours, or not this client's. */
  hint_invalid: 'invalid_request',

  redirect_missing: 'invalid_request',
  redirect_unregistered: 'invalid_request',
  /** The token request has another redirect URI than the authorization request (RFC 6749 §4.1.3), or none. */
  redirect_mismatch: 'invalid_grant',

  challenge_missing: 'invalid_request',
  challenge_invalid: 'invalid_request',
  challenge_method_unknown: 'invalid_request',
  challenge_method_not_allowed: 'invalid_request',
  verifier_missing: 'invalid_grant',
  verifier_invalid: 'invalid_grant',
  /** The authorization request had no challenge: the PKCE downgrade of RFC 9700 §4.8.2. */
  verifier_unexpected: 'invalid_grant',
  pkce_mismatch: 'invalid_grant',

  client_missing: 'invalid_client',
  client_unknown: 'invalid_client',
  /** What a public client may not do, because it cannot authenticate. */
  client_public: 'invalid_client',
  /** One request names two clients, or authenticates in two ways (RFC 6749 §2.3). */
  client_ambiguous: 'invalid_request',
  credentials_missing: 'invalid_client',
  /** A Basic header that cannot be read. */
  credentials_invalid: 'invalid_client',
  /** A secret of a public client, which has none. */
  credentials_unexpected: 'invalid_client',
  secret_wrong: 'invalid_client',
  /** Another way than the client registered, or than the vendor takes. */
  auth_method_not_allowed: 'invalid_client',
  certificate_missing: 'invalid_client',
  certificate_wrong: 'invalid_client',
  assertion_invalid: 'invalid_client',
  assertion_expired: 'invalid_client',
  assertion_replayed: 'invalid_client',
  /** Neither the server nor, for a token, the resource is among those that it was made for. */
  audience_wrong: 'invalid_client',

  /** Also a device code or a backchannel request, as the following. */
  code_unknown: 'invalid_grant',
  code_used: 'invalid_grant',
  code_expired: 'invalid_grant',
  code_revoked: 'invalid_grant',
  /** Another client's. */
  code_foreign: 'invalid_grant',
  refresh_unknown: 'invalid_grant',
  refresh_used: 'invalid_grant',
  refresh_expired: 'invalid_grant',
  refresh_revoked: 'invalid_grant',
  refresh_foreign: 'invalid_grant',
  /** What was issued is bound to a key or certificate, and another one or none came (RFC 9449, RFC 8705). */
  key_wrong: 'invalid_grant',
  proof_missing: 'invalid_dpop_proof',
  proof_replayed: 'invalid_dpop_proof',

  user_unknown: 'invalid_grant',
  password_wrong: 'invalid_grant',
  user_disabled: 'invalid_grant',
  user_locked: 'invalid_grant',
  /** The user does not have the client's app. */
  app_missing: 'access_denied',
  consent_denied: 'access_denied',
  consent_missing: 'consent_required',
  session_missing: 'login_required',
  /** Older than `max_age`, or `prompt=login` wants a new one. */
  session_stale: 'login_required',
  /** Another user than the request is for. */
  session_foreign: 'login_required',
  /** A page of a sign-in that is over, or never was. */
  transaction_unknown: 'invalid_request',
  /** A page of a sign-in that began in another browser. */
  transaction_foreign: 'invalid_request',
  user_code_unknown: 'invalid_request',

  scope_invalid: 'invalid_scope',
  /** There is no such scope in the sandbox. */
  scope_unknown: 'invalid_scope',
  /** It is there, and the client may not ask for it. */
  scope_not_allowed: 'invalid_scope',
  /** More than the user gave. */
  scope_not_granted: 'invalid_scope',
  /** What a token was not given for, or a request lacks. */
  scope_missing: 'insufficient_scope',
  target_invalid: 'invalid_target',
  target_unknown: 'invalid_target',
  target_not_granted: 'invalid_target',

  token_missing: 'invalid_token',
  token_unknown: 'invalid_token',
  token_expired: 'invalid_token',
  token_revoked: 'invalid_token',
  /** Of another client. */
  token_foreign: 'invalid_grant',
  /** It was given to a client by itself. */
  token_userless: 'insufficient_scope',
  /** What is shown for an exchange does not hold (RFC 8693 §2.2.2). */
  subject_invalid: 'invalid_request',
  actor_not_allowed: 'invalid_request',

  /** A tenant, realm or other space of a vendor that is not there. */
  space_unknown: 'not_found',
} as const satisfies Readonly<Record<string, ErrorCode>>

/** One of {@link reasons}. */
export type Reason = keyof typeof reasons

/** All of them. */
export const reasonNames = Object.keys(reasons) as Reason[]

/** Whether a word is a reason; RFCs' codes are none. */
export function isReason(word: string): word is Reason {
  return Object.hasOwn(reasons, word)
}
