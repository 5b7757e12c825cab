import { bearerToken, requireAccessToken } from '../../oauth/access-token.ts'
import type { Directory } from '../../oauth/directory.ts'
import { OAuthError } from '../../oauth/errors.ts'
import type { ActiveAccessToken, App, User } from '../../oauth/records.ts'
import { scopes } from '../../oauth/scope.ts'
import type { ApiRequest, Route } from '../provider.ts'

/**
 * The access token of an API request, when its app may do what `permission` names.
 * @throws OAuthError which the vendor's 4011 stands for
 */
async function authorized(request: ApiRequest, permission?: string): Promise<ActiveAccessToken & { user: User }> {
  const { context, settings } = request
  const token = await requireAccessToken(bearerToken(request.authorization, request.query.access_token), context)
  const { client, user } = token
  if (user === undefined) {
    throw new OAuthError(
      'invalid_token',
      'The token has no user',
      `The token was given to client '${client.client_id}' by itself; this request needs a user's token`,
    )
  }
  if (!(await context.realm.store.userHasApp(user, client))) {
    throw new OAuthError('invalid_token', 'The user dropped the app', `@${user.username} no longer has ${client.app.name} among the apps`)
  }
  if (permission !== undefined) {
    if (!client.app.scopes.includes(permission)) {
      throw new OAuthError(
        'insufficient_scope',
        'The app lacks the permission',
        `App ${client.app.name} lacks the permission scope '${permission}'; it has: ${client.app.scopes.join(', ')}`,
      )
    }
    if (settings.enforce_token_scope === true && !scopes(token.scope).includes(permission)) {
      throw new OAuthError(
        'insufficient_scope',
        'The token lacks the scope',
        `The token's scope is '${token.scope}' and the setting enforce_token_scope asks for '${permission}'`,
      )
    }
  }
  return { ...token, user }
}

/** A user as he sees himself. A kid's e-mail address is nobody's business. */
async function fullUser(user: User, directory: Directory) {
  const kid = user.type === 'kid'
  return {
    id: user.user_id,
    username: user.username,
    first_name: user.first_name,
    last_name: user.last_name,
    type: user.type,
    age: user.age,
    created: new Date(user.created_at).toISOString(),
    image_id: imageId(user, 'p'),
    cover_image_id: imageId(user, 'c'),
    ...(kid ? { parent_ids: (await directory.parentsOf(user)).map((parent) => parent.user_id) } : { email: user.email }),
  }
}

/** Every user has a picture and a cover; their ids follow from his own. */
function imageId(user: User, kind: 'p' | 'c'): string {
  return `img_${kind}${user.user_id.replace(/^usr_/, '')}`
}

function appView(app: App) {
  return {
    id: app.app_id,
    name: app.name,
    description: app.description,
    environment: 'sandbox',
    icon_image_id: `img_a${app.app_id.replace(/^app_/, '')}`,
    permission_scopes: app.scopes,
    mobile_store_links: { apple: null, google: null, amazon: null, ...app.mobile_store_links },
  }
}

/** The vendor's API, below `/v1`. */
export const iokidsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/me',
    async handle(request) {
      const { user } = await authorized(request, 'profile')
      return { status: 200, body: await fullUser(user, request.directory) }
    },
  },
  {
    method: 'GET',
    path: '/v1/application',
    async handle(request) {
      const token = await requireAccessToken(bearerToken(request.authorization, request.query.access_token), request.context)
      return { status: 200, body: appView(token.client.app) }
    },
  },
]
