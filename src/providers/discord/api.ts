import { sameSecret } from '../../basics/random.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { ActiveAccessToken, Client, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { guildsIn } from './guilds.ts'
import { botToken, pictureHash, snowflakeOf } from './ids.ts'
import { ownUser, partialUser } from './users.ts'

/** The calls of the API that come after a sign-in. */

const versions = ['v6', 'v7', 'v8', 'v9', 'v10']

/** An error by the vendor's number. */
export function apiError(status: number, code: number, message: string, explanation: string): OAuthError {
  return new OAuthError('invalid_request', message, explanation, {}, status).naming({ code: String(code) })
}

function notFound(what: string): OAuthError {
  return new OAuthError('not_found', '404: Not Found', what)
}

/** A user's token, if it was given for a scope. */
async function userCall({ authorization, context }: ApiRequest, needed?: string): Promise<ActiveAccessToken & { user: User }> {
  const active = await requireAccessToken(presentedToken(authorization, undefined), context)
  const { user, scope } = active
  if (user === undefined) throw new OAuthError('token_unknown', '401: Unauthorized', 'The token tells of no user')
  if (needed === undefined || scopes(scope).includes(needed)) return { ...active, user }
  const explanation = `The token's scope is '${scope}' and lacks ${needed}`
  if (needed.startsWith('guilds')) throw apiError(403, 50_001, 'Missing Access', explanation)
  throw new OAuthError('scope_missing', 'Missing required OAuth2 scope', explanation)
}

/** The app whose bot calls; undefined for a user's token. */
function botCall({ authorization, context }: ApiRequest): Client | undefined {
  const [, token] = /^bot +(\S+)$/i.exec(authorization?.trim() ?? '') ?? []
  if (token === undefined) return undefined
  const client_id = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()
  const client = context.realm.store.findClient(client_id)
  if (client !== undefined && sameSecret(token, botToken(client_id, client.client_secret ?? ''))) return client
  throw new OAuthError('token_unknown', '401: Unauthorized', 'The token is no app’s bot’s')
}

function botUser({ app, client_id }: Client) {
  const id = snowflakeOf('bot', client_id)
  return { id, username: app.name, avatar: null, discriminator: '0001', global_name: null, public_flags: 0, bot: true }
}

/** What was asked, which may be limited but is not: clients count by these headers. */
function answer(body: unknown, { context }: ApiRequest, status = 200): Reply {
  const reset = Math.floor(context.realm.clock.now() / 1000) + 1
  const headers = {
    'X-RateLimit-Limit': '5',
    'X-RateLimit-Remaining': '4',
    'X-RateLimit-Reset': String(reset),
    'X-RateLimit-Reset-After': '1.000',
    'X-RateLimit-Bucket': pictureHash('bucket'),
  }
  return { status, headers, body }
}

async function me(request: ApiRequest): Promise<Reply> {
  const bot = botCall(request)
  if (bot !== undefined) return answer(botUser(bot), request)
  const { user, scope } = await userCall(request, 'identify')
  return answer(ownUser(user, scope), request)
}

async function myGuilds(request: ApiRequest): Promise<Reply> {
  const { user } = await userCall(request, 'guilds')
  const { with_counts, limit = '200', after = '' } = request.query
  const guilds = guildsIn(request.documents)
    .of(user)
    .filter(({ guild }) => guild.id > after)
    .slice(0, Math.min(200, Number(limit) || 200))
    .map(({ guild: { id, name, owner_id }, member: { permissions } }) => ({
      ...{ id, name, icon: null, banner: null, owner: owner_id === user.user_id, permissions, features: [] },
      ...(with_counts === 'true' && { approximate_member_count: 2, approximate_presence_count: 1 }),
    }))
  return answer(guilds, request)
}

async function myMembership(request: ApiRequest): Promise<Reply> {
  const { user } = await userCall(request, 'guilds.members.read')
  const id = request.params.guild ?? ''
  const member = guildsIn(request.documents).member(id, user)
  if (member === undefined) throw apiError(404, 10_004, 'Unknown Guild', `User '${user.username}' is in no guild '${id}'`)
  return answer(shownMember(member, user), request)
}

function shownMember({ nick, roles, joined_at }: { nick: string | null; roles: readonly string[]; joined_at: string }, user: User) {
  return {
    avatar: null,
    nick,
    roles,
    joined_at,
    premium_since: null,
    pending: false,
    deaf: false,
    mute: false,
    flags: 0,
    user: partialUser(user),
  }
}

/** The accounts elsewhere that a user linked: his claim `connections`. */
async function connections(request: ApiRequest): Promise<Reply> {
  const { user } = await userCall(request, 'connections')
  return answer(Array.isArray(user.claims.connections) ? user.claims.connections : [], request)
}

/** What a token is for; only a user's is answered. */
async function current(request: ApiRequest): Promise<Reply> {
  const { user, scope, client, expires_at } = await userCall(request)
  const application = applicationOf(client)
  const expires = new Date(expires_at).toISOString().replace('Z', '000+00:00')
  const granted = scopes(scope)
  return answer({ application, scopes: granted, expires, ...(granted.includes('identify') && { user: partialUser(user) }) }, request)
}

function applicationOf({ client_id, client_secret, app }: Client) {
  const verify_key = pictureHash(`verify ${client_id} ${client_secret}`) + pictureHash(`key ${client_id}`)
  const { name, description } = app
  return { id: client_id, name, icon: null, description, hook: true, bot_public: true, bot_require_code_grant: false, verify_key }
}

function myApplication(request: ApiRequest): Reply {
  const bot = botCall(request)
  if (bot === undefined) throw new OAuthError('token_missing', '401: Unauthorized', 'Only a bot’s token is answered here')
  return answer({ ...applicationOf(bot), redirect_uris: bot.app.redirect_uris, bot: botUser(bot) }, request)
}

/** A bot brings a user into a server, by his token. */
async function addMember(request: ApiRequest): Promise<Reply> {
  const bot = botCall(request)
  if (bot === undefined) throw new OAuthError('token_missing', '401: Unauthorized', 'Only a bot’s token is answered here')
  const { guild: guild_id = '', user: user_id } = request.params
  const guilds = guildsIn(request.documents)
  if (guilds.find(guild_id) === undefined) throw apiError(404, 10_004, 'Unknown Guild', `There is no guild '${guild_id}'`)
  const { access_token } = (request.body ?? {}) as { access_token?: unknown }
  const token = typeof access_token === 'string' ? access_token : ''
  const refused = (why: string) => apiError(403, 50_025, 'Invalid OAuth2 access token provided', why)
  const active = await requireAccessToken({ token, scheme: 'Bearer' }, request.context).catch((error: unknown) => {
    throw error instanceof OAuthError ? refused(error.explanation) : error
  })
  const { user, scope, client } = active
  if (user === undefined || user.user_id !== user_id || client.client_id !== bot.client_id || !scopes(scope).includes('guilds.join')) {
    throw refused(`The token must be of user '${user_id}' and client '${bot.client_id}', with guilds.join; its scope is '${scope}'`)
  }
  if (guilds.member(guild_id, user) !== undefined) return answer(undefined, request, 204)
  const joined_at = new Date(request.context.realm.clock.now()).toISOString().replace('Z', '000+00:00')
  const member = { guild_id, nick: null, roles: [], joined_at, permissions: '104324673' }
  guilds.join(member, user)
  return answer(shownMember(member, user), request, 201)
}

/** A call at each version of the API, and at none. A part `:me` of the path must be `@me`, however it is encoded. */
function call(method: Route['method'], path: string, handle: Route['handle']): Route[] {
  const checked: Route['handle'] = (request) => {
    const { me, version } = request.params
    if (me !== undefined && me !== '@me') throw notFound(`There is nothing for '${me}'; @me is`)
    if (version !== undefined && !versions.includes(version)) throw notFound(`'${version}' is none of the versions: ${versions.join(', ')}`)
    return handle(request)
  }
  return ['/api', '/api/:version'].map((prefix) => ({ method, path: prefix + path, handle: checked }))
}

export const discordRoutes: readonly Route[] = [
  ...call('GET', '/users/:me', me),
  ...call('GET', '/users/:me/guilds', myGuilds),
  ...call('GET', '/users/:me/guilds/:guild/member', myMembership),
  ...call('GET', '/users/:me/connections', connections),
  ...call('GET', '/oauth2/:me', current),
  ...call('GET', '/oauth2/applications/:me', myApplication),
  ...call('PUT', '/guilds/:guild/members/:user', addMember),
]
