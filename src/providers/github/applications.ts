import { hash } from 'node:crypto'
import { digest } from '../../basics/random.ts'
import { authenticateClient } from '../../oauth/clients/authentication.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { ActiveAccessToken, Client, Grant, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { issueTokens } from '../../oauth/tokens/issue.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { atBoth, withApiHeaders } from './api.ts'
import { apiError } from './api-errors.ts'
import { isGitHubApp } from './app-kind.ts'
import { membershipsOf, scopedInstallation } from './orgs.ts'
import { simpleUser, timeOf } from './profile.ts'
import { hasExpiringTokens } from './tokens.ts'
import type { Addresses } from './urls.ts'

const page = '/apps/oauth-applications'
const scoping = '/apps/apps#create-a-scoped-access-token'

/** A token of the app that asks. */
interface Shown {
  id: number
  token: string
  client: Client
  user: User
  grant: Grant
  scope: string
  issued_at: number
  expires_at: number
}

/** The app that the path names, which proves itself by its Basic header. */
async function appOf({ authorization, params, context }: ApiRequest, where: string): Promise<Client> {
  if (authorization === undefined) throw apiError(401, 'Requires authentication', 'Send client_id:client_secret in a Basic header', where)
  const client = await proven(authorization, context, where)
  if (client.client_id === params.client_id) return client
  throw apiError(404, 'Not Found', `The Basic header is of client '${client.client_id}', the path names '${params.client_id}'`, where)
}

async function proven(authorization: string, context: Context, where: string): Promise<Client> {
  try {
    return await authenticateClient(authorization, {}, context)
  } catch (error) {
    throw error instanceof OAuthError ? apiError(401, 'Bad credentials', error.explanation, where) : error
  }
}

/** The token of the body, when it is one of that app. */
async function shown(request: ApiRequest, where: string): Promise<Shown> {
  const client = await appOf(request, where)
  const { realm, trace } = request.context
  const { access_token: token } = (typeof request.body === 'object' && request.body !== null ? request.body : {}) as Record<string, unknown>
  if (typeof token !== 'string') {
    throw apiError(422, 'Invalid request.\n\n"access_token" wasn\'t supplied.', 'The body is JSON: {"access_token": …}', where)
  }
  const id = realm.tokens.access.keyOf(token)
  const found: ActiveAccessToken | string = id === undefined ? 'unknown' : realm.store.findAccessToken(id, digest(token), realm.clock.now())
  const problem = typeof found === 'string' ? found : found.client.row === client.row ? undefined : "another client's"
  if (id === undefined || typeof found === 'string' || found.user === undefined || problem !== undefined) {
    throw apiError(404, 'Not Found', `The token is ${problem ?? 'of no user'}`, where)
  }
  trace.username = found.user.username
  trace.grant_id = found.grant.id
  return { ...found, id, token, user: found.user }
}

function authorization({ id, token, client, user, scope, issued_at, expires_at }: Shown, at: Addresses): Record<string, unknown> {
  const { app, client_id } = client
  return {
    id,
    url: `${at.api}/authorizations/${id}`,
    app: { name: app.name, url: at.site, client_id },
    token,
    hashed_token: hash('sha256', token),
    token_last_eight: token.slice(-8),
    note: null,
    note_url: null,
    created_at: timeOf(issued_at),
    updated_at: timeOf(issued_at),
    scopes: scopes(scope),
    fingerprint: null,
    expires_at: hasExpiringTokens(client) ? timeOf(expires_at) : null,
    user: simpleUser(user, at),
  }
}

/** Another token of the same grant. */
async function another({ client, user, grant, scope }: Shown, { context }: ApiRequest): Promise<Shown> {
  const issue = { grant, user, scope, refresh: 'none', id_token: false } as const
  const { access_token: token, access_token_id: id, issued_at, expires_in = 0 } = await issueTokens(issue, undefined, client, context)
  return { id, token, client, user, grant, scope, issued_at: issued_at * 1000, expires_at: (issued_at + expires_in) * 1000 }
}

function route(
  method: Route['method'],
  path: string,
  where: string,
  answer: (asked: Shown, request: ApiRequest, at: Addresses) => Promise<Reply> | Reply,
) {
  return atBoth(method, `/applications/:client_id${path}`, (request, at) =>
    withApiHeaders(request, {}, async () => answer(await shown(request, where), request, at)),
  )
}

/** What an app does with the tokens that it was given. */
export const applicationRoutes: readonly Route[] = [
  ...route('POST', '/token', `${page}#check-a-token`, (asked, _request, at) => ({ status: 200, body: authorization(asked, at) })),
  ...route('PATCH', '/token', `${page}#reset-a-token`, async (asked, request, at) => {
    const { store, clock } = request.context.realm
    const next = await another(asked, request)
    store.revokeAccessToken(asked.id, clock.now())
    return { status: 200, body: authorization(next, at) }
  }),
  ...route('DELETE', '/token', `${page}#delete-an-app-token`, ({ grant }, { context: { realm } }) => {
    realm.store.revokeGrant(grant.id, 'the app deleted its token', realm.clock.now())
    return { status: 204 }
  }),
  ...route('DELETE', '/grant', `${page}#delete-an-app-authorization`, ({ client, user }, { context: { realm } }) => {
    realm.store.revokeGrants(client, user, 'the app deleted its authorization', realm.clock.now())
    realm.store.forgetConsent(user, client)
    return { status: 204 }
  }),
  ...route('POST', '/token/scoped', scoping, async (asked, request, at) => {
    const { target } = request.body as { target?: unknown }
    const found = membershipsOf(asked.user).find(({ login }) => target === undefined || login === target)
    if (!isGitHubApp(asked.client) || found === undefined) {
      throw apiError(404, 'Not Found', 'It is for GitHub Apps, and target is an organization of their user', scoping)
    }
    const next = await another(asked, request)
    return { status: 200, body: { ...authorization(next, at), installation: scopedInstallation(found.login, at) } }
  }),
]
