import { isPublic } from '../clients/methods/registry.ts'
import { scopeFor } from '../clients/scope.ts'
import { OAuthError } from '../model/errors.ts'
import type { GrantType } from '../realm/context.ts'

/** RFC 6749 §4.4. No refresh token: the client can ask again (§4.4.3). */
export const clientCredentials: GrantType = {
  grant_type: 'client_credentials',
  parameters: ['scope'],
  redeem(parameters, client, context) {
    const { realm, trace } = context
    if (isPublic(client) && client.metadata.unregistered !== true) {
      const explanation = 'client_credentials is for confidential clients alone (RFC 6749 §4.4)'
      throw new OAuthError(['unauthorized_client', 'client_public'], 'Public clients cannot use client_credentials', explanation)
    }
    const scope = scopeFor(parameters, client, context)
    const created_at = realm.clock.now()
    const grant = realm.store.ownGrant({ client, user: undefined, grant_type: this.grant_type, scope, created_at })
    trace.grant_id = grant.id
    return { grant, user: undefined, scope, requested_scope: parameters.scope, refresh: 'none' }
  },
}
