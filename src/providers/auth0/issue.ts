import { hasApp } from '../../oauth/clients/unregistered.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Client, GrantDetails, User } from '../../oauth/model/records.ts'
import { type Context, sessionDetails } from '../../oauth/realm/context.ts'
import type { Issue } from '../../oauth/realm/issue.ts'

/** What a user gave an app without a browser. */
export interface Given {
  grant_type: string
  scope: string
  requested_scope?: string | undefined
  details?: Partial<GrantDetails>
}

/** The tokens of a user who has shown all that was asked. @throws OAuthError for one who is blocked */
export function issueFor(user: User, client: Client, given: Given, context: Context): Issue {
  const { realm, trace } = context
  trace.username = user.username
  if (user.disabled) throw new OAuthError('user_disabled', 'user is blocked', `User '${user.username}' is disabled`)
  hasApp(user, client, context)
  const { grant_type, scope, requested_scope } = given
  const details = { ...sessionDetails(realm), ...given.details }
  const grant = realm.store.saveGrant({ client, user, grant_type, scope, details, created_at: realm.clock.now() })
  trace.grant_id = grant.id
  return { grant, user, scope, requested_scope, refresh: client.grant_types.includes('refresh_token') ? 'first' : 'none' }
}
