import { given } from '../../basics/given.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { ActiveAccessToken, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import { drawPicture } from '../picture.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { profileOf } from './profile.ts'

/** What the vendor's APIs tell of a user who signed in. */

/** The token of a request and its user. @throws OAuthError when it is of none, or was given for neither of the scopes */
export async function callerOf(
  { context, authorization, query }: ApiRequest,
  needed: readonly string[],
): Promise<ActiveAccessToken & { user: User }> {
  const found = await requireAccessToken(presentedToken(authorization, query.access_token), context)
  const { user, scope } = found
  if (user !== undefined && scopes(scope).some((one) => needed.includes(one))) return { ...found, user }
  const explanation =
    user === undefined
      ? 'The token is of a service account by itself'
      : `The token's scope is '${scope}' and has none of: ${needed.join(', ')}`
  throw new OAuthError('scope_missing', 'Insufficient Permission', explanation)
}

/** Both older versions: `id` and `verified_email`. */
async function olderUserinfo(request: ApiRequest): Promise<Reply> {
  const { user, scope } = await callerOf(request, ['email', 'profile', 'openid'])
  const { name, given_name, family_name, picture, email, email_verified, hd } = profileOf(user, scope, request.context.issuer)
  return {
    status: 200,
    body: given({ id: user.user_id, email, verified_email: email_verified, name, given_name, family_name, picture, hd }),
  }
}

/** A drawing of ours, the same for a user each time. */
async function picture({ params }: ApiRequest): Promise<Reply> {
  const [, id = '', size = '96'] = /^(.*?)(?:=s(\d{1,4})\b.*)?$/.exec(params.id ?? '') ?? []
  const body = await drawPicture(id, Math.min(Math.max(Number(size), 16), 1024))
  return { status: 200, headers: { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400, no-transform' }, body }
}

const older = ['/oauth2/v1/userinfo', '/oauth2/v2/userinfo', '/userinfo/v2/me']

export const userinfoRoutes: readonly Route[] = [
  ...older.flatMap((path) => (['GET', 'POST'] as const).map((method): Route => ({ method, path, handle: olderUserinfo }))),
  { method: 'GET', path: '/a/:id', handle: picture },
]
