/**
 * The parameters of requests that the specifications define which are served here (RFC 6749 §11.2): each may come once (RFC 6749
 * §3.1 and §3.2).
 */
export const registeredParameters: ReadonlySet<string> = new Set(
  `access_token acr_values actor_token actor_token_type assertion audience auth_req_id binding_message claims claims_locales
  client_assertion client_assertion_type client_id client_notification_token client_secret code code_challenge
  code_challenge_method code_verifier device_code display dpop_jkt grant_type id_token_hint login_hint login_hint_token logout_hint
  max_age nonce password post_logout_redirect_uri prompt redirect_uri refresh_token registration request request_uri
  requested_expiry requested_token_type resource response_mode response_type scope state subject_token subject_token_type token
  token_type_hint ui_locales user_code username`.split(/\s+/),
)
