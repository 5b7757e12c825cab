import { scopeFor } from '../clients/scope.ts'
import { hasApp } from '../clients/unregistered.ts'
import { failAlternately } from '../faults/failing.ts'
import { magicUsers } from '../faults/magic-users.ts'
import { missing, OAuthError } from '../model/errors.ts'
import type { Parameters } from '../model/parameters.ts'
import type { GrantDetails } from '../model/records.ts'
import { type Context, type GrantType, sessionDetails } from '../realm/context.ts'
import { checkPassword } from '../users/sign-in.ts'

/** RFC 6749 §4.3. @param keeps what stands with the grant beside its session */
export function passwordGrant(keeps: (parameters: Parameters, context: Context) => Partial<GrantDetails>): GrantType {
  return {
    grant_type: 'password',
    parameters: ['username', 'password', 'scope'],
    redeem(parameters, client, context) {
      const { realm, trace } = context
      for (const name of ['username', 'password'] as const) {
        if (parameters[name] === undefined) throw missing(name)
      }
      const checked = checkPassword(parameters.username ?? '', parameters.password ?? '', realm)
      if (!checked.ok) {
        const { reason, explanation } = checked
        throw new OAuthError(['invalid_grant', reason], 'Username or password is not right', explanation)
      }
      const user = checked.user
      if (magicUsers.get(user.username)?.denies === true) {
        throw new OAuthError(['invalid_grant', 'consent_denied'], 'The user denied access', 'The user is magic: deny')
      }
      failAlternately(user.username, context)
      trace.username = user.username
      if (!hasApp(user, client, context)) {
        const explanation = `app ${client.app.name} is not among the apps of user '${user.username}'`
        throw new OAuthError(['invalid_grant', 'app_missing'], `${user.username} cannot use this app`, explanation)
      }
      const scope = scopeFor(parameters, client, context)
      const details = { ...sessionDetails(realm), ...keeps(parameters, context) }
      const grant = realm.store.saveGrant({ client, user, grant_type: this.grant_type, scope, details, created_at: realm.clock.now() })
      trace.grant_id = grant.id
      const refresh = client.grant_types.includes('refresh_token') ? 'first' : 'none'
      return { grant, user, scope, requested_scope: parameters.scope, refresh }
    },
  }
}

export const password = passwordGrant(() => ({}))
