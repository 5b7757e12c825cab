import { given } from '../../basics/given.ts'
import { authenticateClient } from '../../oauth/clients/authentication.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Client, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { issueTokens } from '../../oauth/tokens/issue.ts'
import { drawPicture } from '../picture.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { refreshed } from './answers.ts'
import { argsOf, type Call, method } from './call.ts'
import { slackError } from './errors.ts'
import { botOf } from './ids.ts'
import { dropAllScopes, dropScopes } from './installed.ts'
import { fullName, pictures, userSizes } from './profile.ts'
import { kindOf, scopeOf } from './scopes.ts'
import { rotates } from './settings.ts'
import { dropWebhooks } from './webhooks.ts'

/** The methods of the Web API that have to do with who somebody is. */

/** A user whom a token is of. @throws OAuthError for one of no user */
function userOf({ active }: Call): User {
  if (active.user !== undefined) return active.user
  throw new OAuthError('token_userless', 'not_allowed_token_type', 'The token was given to a client by itself and tells of no user')
}

/** Who the token is of. */
function test({ active, kind, installation, context }: Call) {
  const { team, is_enterprise_install } = installation
  const bot = botOf(active.client.app)
  const isBot = kind === 'bot' || active.user === undefined
  const left = Math.max(0, Math.ceil((active.expires_at - context.realm.clock.now()) / 1000))
  return given({
    url: `https://${team.domain}.slack.com/`,
    team: team.name,
    user: isBot ? bot.name : active.user?.username,
    team_id: team.id,
    user_id: isBot ? bot.user_id : active.user?.user_id,
    bot_id: isBot ? bot.bot_id : undefined,
    is_enterprise_install,
    expires_in: rotates(active.client, context.realm.settings) ? left : undefined,
  })
}

/** With `test` nothing is revoked. */
function revoke({ token, args, active, kind, installation, documents, context: { realm } }: Call) {
  const id = realm.tokens.access.keyOf(token)
  const revoked = args.test === undefined && id !== undefined && realm.store.revokeAccessToken(id, realm.clock.now())
  if (revoked) dropScopes({ kind, app: active.client.app, user: active.user }, installation, documents)
  return { revoked }
}

/** All that the users of the workspace gave the app is gone. */
async function uninstall({ active, args, directory, documents, context }: Call) {
  const { client } = active
  const { realm } = context
  if (args.client_id !== client.client_id) {
    throw slackError('client_id_token_mismatch', `client_id is '${args.client_id}', and the token is of client '${client.client_id}'`)
  }
  await authenticateClient(undefined, args, context)
  const now = realm.clock.now()
  realm.store.revokeGrant(active.grant.id, 'the app was uninstalled', now)
  dropAllScopes({ kind: 'bot', app: client.app, user: undefined }, documents)
  dropWebhooks(client.app, documents)
  for (const user of directory.listUsers({ limit: Number.MAX_SAFE_INTEGER })) {
    dropAllScopes({ kind: 'user', app: client.app, user }, documents)
    realm.store.revokeGrants(client, user, 'the app was uninstalled', now)
  }
  return {}
}

function identity(call: Call) {
  const { active, base_url, installation } = call
  const { team } = installation
  const user = userOf(call)
  const has = scopes(active.scope)
  return {
    user: {
      name: fullName(user),
      id: user.user_id,
      ...(has.includes('identity.email') && user.email !== null && { email: user.email }),
      ...(has.includes('identity.avatar') && pictures(base_url, user.user_id, userSizes, 'image_')),
    },
    team: { id: team.id, ...(has.includes('identity.team') && { name: team.name, domain: team.domain }) },
  }
}

/** A member of a workspace. */
function info({ args, directory, active, installation, base_url }: Call) {
  const user = directory.listUsers({ limit: Number.MAX_SAFE_INTEGER }).find(({ user_id }) => user_id === args.user)
  if (user === undefined) throw slackError('user_not_found', `user is '${args.user ?? ''}', and no user of the sandbox has this id`)
  const name = fullName(user)
  return {
    user: {
      id: user.user_id,
      team_id: installation.team.id,
      name: user.username,
      deleted: user.disabled,
      real_name: name,
      profile: {
        real_name: name,
        display_name: user.username,
        first_name: user.first_name,
        last_name: user.last_name,
        ...(scopes(active.scope).includes('users:read.email') && user.email !== null && { email: user.email }),
        ...pictures(base_url, user.user_id, userSizes, 'image_'),
        team: installation.team.id,
      },
      is_admin: user.claims.is_admin === true,
      is_bot: false,
      updated: Math.floor(user.created_at / 1000),
    },
  }
}

function team({ installation: { team } }: Call) {
  const { id, name, domain } = team
  return { team: { id, name, domain, email_domain: '', icon: { image_default: true } } }
}

/** Gives a token that expires for one that does not, once. */
async function exchange(request: ApiRequest): Promise<Reply> {
  const { context, authorization } = request
  const { realm } = context
  const args = argsOf(request)
  const client: Client = await authenticateClient(authorization, args, context)
  const { token } = args
  const { grant, user } = await requireAccessToken(token === undefined ? undefined : { token, scheme: 'Bearer' }, context)
  if (!rotates(client, realm.settings)) {
    throw slackError('token_rotation_not_enabled', 'Neither the client has token_rotation_enabled nor the sandbox token_rotation')
  }
  if (token?.startsWith('xoxe.') !== false) throw slackError('token_already_exchanged', 'The token expires already')
  const issue = { grant, user, scope: scopeOf(kindOf(grant, user), grant).join(' '), refresh: 'first' } as const
  const issued = await issueTokens(issue, undefined, client, context)
  const id = realm.tokens.access.keyOf(token)
  if (id !== undefined) realm.store.revokeAccessToken(id, realm.clock.now())
  return { status: 200, body: refreshed(issued, realm) }
}

/** Whatever else there is, the twin has not. */
function unknown({ params }: ApiRequest): never {
  const explanation = `'${params.method}' is none of the methods that the twin has; letter case counts`
  throw new OAuthError('not_found', 'unknown_method', explanation).naming({ method: params.method ?? '' })
}

const both = ['GET', 'POST'] as const

export const slackRoutes: readonly Route[] = [
  ...method('auth.test', undefined, test),
  ...method('auth.revoke', undefined, revoke),
  ...method('apps.uninstall', undefined, uninstall),
  ...method('users.identity', 'identity.basic', identity),
  ...method('users.info', 'users:read', info),
  ...method('team.info', 'team:read', team),
  ...both.map((method): Route => ({ method, path: '/api/oauth.v2.exchange', endpoint: 'token', handle: exchange })),
  ...both.map((method): Route => ({ method, path: '/api/:method', handle: unknown })),
  {
    method: 'GET',
    path: '/avatars/:file',
    async handle({ params: { file = '' } }) {
      const [, id = file, size = '192'] = /^([A-Z0-9]+)-\w+_(\d{2,3})\.svg$/.exec(file) ?? []
      const headers = { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'public, max-age=86400' }
      return { status: 200, headers, body: await drawPicture(id, Number(size)) }
    },
  },
]
