import { OAuthError } from '../../oauth/model/errors.ts'
import type { User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { groupsOf, upnOf } from './people-claims.ts'
import { wrongAudience } from './scopes.ts'
import { guidOf } from './tenants.ts'
import { graph, groups } from './world.ts'

/** A few of Graph's resources: those that samples ask for. */

const json = { 'content-type': 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8' }

/** The user whom a token of Graph's is about, if it was given for one of these. */
async function callerOf({ context, authorization }: ApiRequest, needed: readonly string[]): Promise<User> {
  const { user, details, scope } = await requireAccessToken(presentedToken(authorization, undefined), context)
  if (details.aud?.includes(graph.identifier) !== true) throw wrongAudience(details.aud)
  if (user === undefined)
    throw new OAuthError(
      'token_userless',
      '/me request is only valid with delegated authentication flow.',
      'The token is of an application by itself',
    )
  if (!scopes(scope).some((one) => needed.includes(one))) {
    throw new OAuthError(
      'scope_missing',
      'Insufficient privileges to complete the operation.',
      `The token's scope is '${scope}' and has none of: ${needed.join(', ')}`,
    )
  }
  return user
}

const readers = ['User.Read', 'User.ReadBasic.All', 'User.Read.All']

async function me(request: ApiRequest): Promise<Reply> {
  const user = await callerOf(request, readers)
  const { first_name, last_name, username, claims } = user
  const text = (name: string) => (typeof claims[name] === 'string' ? claims[name] : null)
  return {
    status: 200,
    headers: json,
    body: {
      '@odata.context': `${graphAt(request)}/v1.0/$metadata#users/$entity`,
      businessPhones: Array.isArray(claims.businessPhones) ? claims.businessPhones : [],
      displayName: `${first_name} ${last_name}`.trim() || username,
      givenName: first_name || null,
      jobTitle: text('jobTitle'),
      mail: user.email,
      mobilePhone: text('mobilePhone'),
      officeLocation: text('officeLocation'),
      preferredLanguage: text('preferredLanguage'),
      surname: last_name || null,
      userPrincipalName: upnOf(user),
      id: user.user_id,
    },
  }
}

async function memberOf(request: ApiRequest): Promise<Reply> {
  const user = await callerOf(request, [...readers, 'GroupMember.Read.All'])
  const value = groupsOf(user).map((id) => ({
    '@odata.type': '#microsoft.graph.group',
    id,
    displayName: groups[id] ?? `Group ${id.slice(0, 8)}`,
    securityEnabled: true,
    mailEnabled: false,
  }))
  return { status: 200, headers: json, body: { '@odata.context': `${graphAt(request)}/v1.0/$metadata#directoryObjects`, value } }
}

/** Where a token with too many groups sends for them. */
async function memberObjects(request: ApiRequest): Promise<Reply> {
  const user = await callerOf(request, [...readers, 'GroupMember.Read.All'])
  return {
    status: 200,
    headers: json,
    body: { '@odata.context': `${graphAt(request)}/v1.0/$metadata#Collection(Edm.String)`, value: groupsOf(user) },
  }
}

/** Nobody has a picture. */
async function noPhoto(request: ApiRequest): Promise<Reply> {
  await callerOf(request, readers)
  const date = new Date(request.context.realm.clock.now()).toISOString().slice(0, 19)
  const id = guidOf(`${date} photo`)
  const message = "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown."
  return {
    status: 404,
    body: { error: { code: 'ImageNotFound', message, innerError: { date, 'request-id': id, 'client-request-id': id } } },
  }
}

function graphAt({ base_url }: ApiRequest): string {
  return base_url
}

export const graphRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1.0/me', handle: me },
  { method: 'GET', path: '/v1.0/me/memberOf', handle: memberOf },
  { method: 'POST', path: '/v1.0/me/getMemberObjects', handle: memberObjects },
  { method: 'GET', path: '/v1.0/me/photo/$value', handle: noPhoto },
  { method: 'GET', path: '/v1.0/me/photos/:size/$value', handle: noPhoto },
]
