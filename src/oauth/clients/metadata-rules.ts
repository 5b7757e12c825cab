import { redirectUriProblem } from './redirect-uri.ts'

/** What a member of the metadata may be. */
export interface Rule {
  /** The problem of a value, as the end of a sentence that begins with the member's name; undefined when it may stand. */
  (value: unknown): string | undefined
  /** Its type in JSON. */
  readonly type: 'string' | 'boolean' | 'integer' | 'array' | 'object'
}

const rule = (type: Rule['type'], problem: (value: unknown) => string | undefined): Rule => Object.assign(problem, { type })

/** A text that is not empty. */
export const text = rule('string', (value) =>
  typeof value === 'string' && value !== '' && value.length <= 2048 ? undefined : 'must be a text',
)
const flag = rule('boolean', (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'))
const seconds = rule('integer', (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'must be a whole number of seconds',
)
const url = rule('string', (value) =>
  typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value) ? undefined : 'must be an http or https URL',
)
const listOf = (each: Rule) =>
  rule('array', (value) => {
    if (!Array.isArray(value)) return 'must be a list'
    for (const one of value) {
      const problem = each(one)
      if (problem !== undefined) return `has ${JSON.stringify(one)}, which ${problem}`
    }
    return undefined
  })
const uri = rule('string', (value) => (typeof value === 'string' ? redirectUriProblem(value) : 'must be a text'))
const oneOf = (a: string, b: string) => rule('string', (value) => (value === a || value === b ? undefined : `must be ${a} or ${b}`))

/** Members whose value needs no more than to be well formed, wherever they were defined. */
export const plainMembers: Readonly<Record<string, Rule>> = {
  // RFC 7591 §2
  client_name: text,
  client_uri: url,
  logo_uri: url,
  tos_uri: url,
  policy_uri: url,
  contacts: listOf(text),
  software_id: text,
  software_version: text,
  jwks_uri: url,
  // OpenID Connect Dynamic Client Registration §2
  application_type: oneOf('web', 'native'),
  sector_identifier_uri: url,
  default_max_age: seconds,
  require_auth_time: flag,
  default_acr_values: listOf(text),
  initiate_login_uri: url,
  request_uris: listOf(url),
  // OpenID Connect RP-Initiated, Back-Channel and Front-Channel Logout
  post_logout_redirect_uris: listOf(uri),
  backchannel_logout_uri: url,
  backchannel_logout_session_required: flag,
  frontchannel_logout_uri: url,
  frontchannel_logout_session_required: flag,
  // RFC 8705 §3.4
  tls_client_certificate_bound_access_tokens: flag,
  // RFC 9449 §5.2, RFC 9126 §6, RFC 9101 §10.5
  dpop_bound_access_tokens: flag,
  require_pushed_authorization_requests: flag,
  require_signed_request_object: flag,
  // CIBA §4
  backchannel_client_notification_endpoint: url,
  // Ours: the sandbox's setting of that name for this client alone.
  access_token_format: oneOf('jwt', 'opaque'),
}

/** A member that people read, in one language: `client_name#de` (RFC 7591 §2.2, OpenID Connect Dynamic Client Registration §2.1). */
export const inLanguage = /^(client_name|client_uri|logo_uri|tos_uri|policy_uri)#[A-Za-z0-9-]+$/

/** Members that choose from what the server offers, with where discovery lists that. */
export const chosenMembers: Readonly<Record<string, string>> = {
  subject_type: 'subject_types_supported',
  token_endpoint_auth_method: 'token_endpoint_auth_methods_supported',
  token_endpoint_auth_signing_alg: 'token_endpoint_auth_signing_alg_values_supported',
  id_token_signed_response_alg: 'id_token_signing_alg_values_supported',
  id_token_encrypted_response_alg: 'id_token_encryption_alg_values_supported',
  id_token_encrypted_response_enc: 'id_token_encryption_enc_values_supported',
  userinfo_signed_response_alg: 'userinfo_signing_alg_values_supported',
  userinfo_encrypted_response_alg: 'userinfo_encryption_alg_values_supported',
  userinfo_encrypted_response_enc: 'userinfo_encryption_enc_values_supported',
  request_object_signing_alg: 'request_object_signing_alg_values_supported',
  request_object_encryption_alg: 'request_object_encryption_alg_values_supported',
  request_object_encryption_enc: 'request_object_encryption_enc_values_supported',
  authorization_signed_response_alg: 'authorization_signing_alg_values_supported',
  authorization_encrypted_response_alg: 'authorization_encryption_alg_values_supported',
  authorization_encrypted_response_enc: 'authorization_encryption_enc_values_supported',
  introspection_signed_response_alg: 'introspection_signing_alg_values_supported',
  introspection_encrypted_response_alg: 'introspection_encryption_alg_values_supported',
  introspection_encrypted_response_enc: 'introspection_encryption_enc_values_supported',
  backchannel_token_delivery_mode: 'backchannel_token_delivery_modes_supported',
  backchannel_authentication_request_signing_alg: 'backchannel_authentication_request_signing_alg_values_supported',
}
