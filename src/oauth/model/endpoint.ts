/** What a request may be for; faults and the journal name it so. */
export const endpoints = [
  'authorize',
  'token',
  'userinfo',
  'jwks',
  'discovery',
  'introspection',
  'revocation',
  'device_authorization',
  'backchannel_authentication',
  'par',
  'registration',
  'end_session',
  'api',
] as const

/** Where clients post a form (RFC 6749 §3.2, RFC 7009, RFC 7662, RFC 8628, RFC 9126, CIBA). */
export const formEndpoints = [
  'token',
  'par',
  'device_authorization',
  'backchannel_authentication',
  'introspection',
  'revocation',
] as const satisfies readonly (typeof endpoints)[number][]

/** One of them. */
export type FormEndpoint = (typeof formEndpoints)[number]

/** What a request was for; `api` is the vendor's own. */
export type Endpoint = (typeof endpoints)[number]
