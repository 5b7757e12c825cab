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

/** What a request was for; `api` is the vendor's own. */
export type Endpoint = (typeof endpoints)[number]
