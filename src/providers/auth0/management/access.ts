/**
 * In this room: the Management API: who may call it, and what tests do with it: users, roles, what else a tenant has.
 * Elsewhere: how roles and organizations are kept (`auth0/`).
 */

import { OAuthError } from '../../../oauth/model/errors.ts'
import type { User } from '../../../oauth/model/records.ts'
import { scopes } from '../../../oauth/model/scope.ts'
import { requireAccessToken } from '../../../oauth/proof/access-token.ts'
import { presentedToken } from '../../../oauth/proof/presented-token.ts'
import type { ApiRequest, Reply, Route } from '../../provider.ts'
import { managementAudience } from '../apis.ts'
import { ManagementError } from './errors.ts'

/** A route of the Management API, below `/api/v2`, for tokens that are for it and have the scope. */
export function managed(method: Route['method'], path: string, scope: string, handle: (request: ApiRequest) => Reply): Route {
  return {
    method,
    path: `/api/v2${path}`,
    async handle(request) {
      await requireScope(request, scope)
      return handle(request)
    },
  }
}

async function requireScope({ authorization, context }: ApiRequest, scope: string): Promise<void> {
  const token = await requireAccessToken(presentedToken(authorization, undefined), context)
  const audience = managementAudience(context.issuer)
  if (token.details.aud?.includes(audience) !== true) {
    const explanation = `The token is for ${token.details.aud?.join(', ') ?? 'no API'} and not for ${audience}`
    throw new OAuthError(['invalid_token', 'audience_wrong'], `Bad audience: ${token.details.aud?.join(', ') ?? ''}`, explanation)
  }
  if (scopes(token.scope).includes(scope)) return
  const explanation = `The token's scope is '${token.scope}' and lacks ${scope}`
  throw new ManagementError(403, `Insufficient scope, expected any of: ${scope}`, 'insufficient_scope', explanation)
}

/** The user of a path. @throws ManagementError */
export function userOf({ params: { id = '' }, context }: ApiRequest): User {
  const user = context.realm.store.findUserById(id)
  if (user !== undefined) return user
  throw new ManagementError(404, 'The user does not exist.', 'inexistent_user', `There is no user with user_id '${id}'`)
}

/** One page of a list: bare, or with its totals when these are asked for. */
export function paged(name: string, all: readonly unknown[], { query }: Pick<ApiRequest, 'query'>): Reply {
  const per_page = Math.min(Math.max(Number(query.per_page ?? 50) || 50, 1), 100)
  const start = Math.max(Number(query.page ?? 0) || 0, 0) * per_page
  const shown = all.slice(start, start + per_page)
  if (query.include_totals !== 'true') return { status: 200, body: shown }
  return { status: 200, body: { start, limit: per_page, length: shown.length, total: all.length, [name]: shown } }
}
