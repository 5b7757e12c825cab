import type { Endpoint } from '../../providers/provider.ts'

/** What a request may have been for. */
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
] as const satisfies readonly Endpoint[]
