import { OAuthError } from '../../oauth/model/errors.ts'
import type { ActiveAccessToken, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { ApiRequest } from '../provider.ts'
import { iokidsSettings } from './settings.ts'

/**
 * The access token of an API request.
 * @throws OAuthError which the vendor's 4011 stands for, when it does not hold or its user has dropped the app
 */
export async function authenticated({ context, authorization, query }: ApiRequest): Promise<ActiveAccessToken> {
  const token = await requireAccessToken(presentedToken(authorization, query.access_token), context)
  const { client, user } = token
  if (user !== undefined && !context.realm.store.userHasApp(user, client)) {
    throw new OAuthError('invalid_token', 'The user dropped the app', `@${user.username} no longer has ${client.app.name} among the apps`)
  }
  return token
}

/**
 * The access token of an API request that acts for a user, when its app may do what `permission` names. The token's own scope
 * counts only where the sandbox says so: with the vendor, `profile` is enough for every request.
 * @throws OAuthError which the vendor's 4011 stands for
 */
export async function authorized(request: ApiRequest, permission: string): Promise<ActiveAccessToken & { user: User }> {
  const token = await authenticated(request)
  const { client, user } = token
  if (user === undefined) {
    throw new OAuthError(
      'invalid_token',
      'The token has no user',
      `The token was given to client '${client.client_id}' by itself; this request needs a user's token`,
    )
  }
  if (!client.app.scopes.includes(permission)) {
    throw new OAuthError(
      'insufficient_scope',
      'The app lacks the permission',
      `App ${client.app.name} lacks the permission scope '${permission}'; it has: ${client.app.scopes.join(', ') || 'none'}`,
    )
  }
  if (iokidsSettings.of(request.settings).enforce_token_scope && !scopes(token.scope).includes(permission)) {
    throw new OAuthError(
      'insufficient_scope',
      'The token lacks the scope',
      `The token's scope is '${token.scope}' and the setting enforce_token_scope asks for '${permission}'`,
    )
  }
  return { ...token, user }
}
