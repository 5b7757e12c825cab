import { OAuthError } from '../../oauth/model/errors.ts'
import type { ActiveAccessToken } from '../../oauth/model/records.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { ApiRequest, Reply } from '../provider.ts'

/** The name of the vendor's authentication service, to which the tokens of the three steps are issued. */
export const authService = 'auth.wildix.com'

/** The vendor's good answer. */
export function result(members: Readonly<Record<string, unknown>>, beside: Readonly<Record<string, unknown>> = {}): Reply {
  return { status: 200, headers: { 'Cache-Control': 'no-store', Pragma: 'no-cache' }, body: { type: 'result', result: members, ...beside } }
}

/** 401 with the challenge of the scheme that was asked for (RFC 9110 §11.6.1). */
export function unauthorized(scheme: 'Basic realm="Wildix"' | 'Bearer', explanation: string): OAuthError {
  return new OAuthError('invalid_token', 'Unauthorized', explanation, { 'WWW-Authenticate': scheme })
}

/** The access token that a request carries. */
export function presentedAccessToken({ authorization, context }: ApiRequest): Promise<ActiveAccessToken> {
  return requireAccessToken(presentedToken(authorization, undefined), context).catch((error: unknown) => {
    throw error instanceof OAuthError ? unauthorized('Bearer', error.explanation) : error
  })
}

/** What clients of the PBX call to see whether their token works. */
export async function personalInfo(request: ApiRequest): Promise<Reply> {
  const { user } = await presentedAccessToken(request)
  if (user === undefined) throw unauthorized('Bearer', 'The token was given to a client by itself; a user is needed')
  const name = `${user.first_name} ${user.last_name}`.trim()
  return result({ id: user.user_id, login: user.username, extension: user.username, name, email: user.email })
}
