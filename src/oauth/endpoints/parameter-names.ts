import { authorizationParameters } from '../authorization/effects.ts'

/** Every parameter of a request that has an effect somewhere, by the RFCs' names; `email` is a vendor's way to say `username`. */
export const parameterNames: readonly string[] = [
  ...authorizationParameters,
  // RFC 6749 §4, RFC 7636 §4.5, RFC 8628 §3.4, CIBA §10.1, RFC 7523 §2, RFC 8693 §2.1.
  ...['grant_type', 'code', 'code_verifier', 'refresh_token', 'username', 'email', 'password', 'device_code', 'auth_req_id', 'assertion'],
  ...['subject_token', 'subject_token_type', 'actor_token', 'requested_token_type'],
  ...['client_secret', 'client_assertion', 'client_assertion_type'],
  // RFC 7009 §2.1 and RFC 7662 §2.1, RFC 6750 §2.2.
  ...['token', 'access_token'],
  // CIBA §7.1.
  ...['login_hint_token', 'binding_message', 'requested_expiry', 'client_notification_token', 'user_code'],
  // RP-Initiated Logout §2.
  ...['post_logout_redirect_uri'],
]
