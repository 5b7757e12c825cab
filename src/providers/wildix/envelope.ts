import { OAuthError } from '../../oauth/model/errors.ts'
import type { Reply } from '../provider.ts'

/** The vendor's good answer. */
export function result(members: Readonly<Record<string, unknown>>, beside: Readonly<Record<string, unknown>> = {}): Reply {
  return { status: 200, headers: { 'Cache-Control': 'no-store', Pragma: 'no-cache' }, body: { type: 'result', result: members, ...beside } }
}

/** 401 with the challenge of the scheme that was asked for (RFC 9110 §11.6.1). */
export function unauthorized(scheme: 'Basic realm="Wildix"' | 'Bearer', explanation: string): OAuthError {
  return new OAuthError('invalid_token', 'Unauthorized', explanation, { 'WWW-Authenticate': scheme })
}
