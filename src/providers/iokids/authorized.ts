import { OAuthError } from '../../oauth/model/errors.ts'
import type { ActiveAccessToken, App, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
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

/** A request for a user, with what its token says. */
export interface Call extends ApiRequest {
  user: User
  app: App
  /** By the sandbox's clock. */
  now: number
}

/** A route for the tokens of users, whose app may do what `permission` names. */
export function route(method: Route['method'], path: string, permission: string, answer: (call: Call) => Reply | Promise<Reply>): Route {
  return {
    method,
    path,
    async handle(request) {
      const { user, app } = await authorized(request, permission)
      return answer({ ...request, user, app, now: request.context.realm.clock.now() })
    },
  }
}

/**
 * Whom an API request acts for, and whose app does. The token's own scope counts only where the sandbox says so: with the
 * vendor, `profile` is enough for every request.
 * @throws OAuthError which the vendor's 4011 stands for
 */
async function authorized(request: ApiRequest, permission: string): Promise<{ user: User; app: App }> {
  const { client, user, scope } = await authenticated(request)
  if (user === undefined) {
    const explanation = `The token was given to client '${client.client_id}' by itself; this request needs a user's token`
    throw new OAuthError('invalid_token', 'The token has no user', explanation)
  }
  const { app } = client
  if (!app.scopes.includes(permission)) {
    const explanation = `App ${app.name} lacks the permission scope '${permission}'; it has: ${app.scopes.join(', ') || 'none'}`
    throw new OAuthError('insufficient_scope', 'The app lacks the permission', explanation)
  }
  if (iokidsSettings.of(request.settings).enforce_token_scope && !scopes(scope).includes(permission)) {
    const explanation = `The token's scope is '${scope}' and the setting enforce_token_scope asks for '${permission}'`
    throw new OAuthError('insufficient_scope', 'The token lacks the scope', explanation)
  }
  return { user, app }
}
