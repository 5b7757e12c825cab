import { after } from '../../basics/maybe-promise.ts'
import { authorizationCode } from '../../oauth/grants/authorization-code.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import { narrow, scopes } from '../../oauth/model/scope.ts'
import type { GrantType } from '../../oauth/realm/context.ts'
import { coveredScope, isOffline, makeRoom } from './consent.ts'
import { refuseDeleted } from './deleted-clients.ts'
import { shortened } from './scopes.ts'
import { serviceAccount } from './service-account.ts'
import { isTesting } from './settings.ts'

/** A refresh token only when it is due. */
const code: GrantType = {
  ...authorizationCode,
  redeem(parameters, client, context) {
    refuseDeleted(client, context)
    return after(authorizationCode.redeem(parameters, client, context), (issue) => {
      const { grant, user } = issue
      if (user === undefined) return issue
      const scope = coveredScope(grant, client, user, context)
      if (!isOffline(grant)) return { ...issue, scope, refresh: 'none' }
      makeRoom(grant, client, user, context)
      return { ...issue, scope }
    })
  },
}

/** What the grant covers is looked up anew, and the token lives on that was used, but for one of a project in testing. */
const refresh: GrantType = {
  ...refreshToken,
  redeem({ scope: asked, ...parameters }, client, context) {
    refuseDeleted(client, context)
    return after(refreshToken.redeem(parameters, client, context), (issue) => {
      const { grant, user, refresh } = issue
      const { store, clock, settings } = context.realm
      if (typeof refresh === 'object' && !isTesting(settings)) {
        store.extendRefreshToken(refresh.id, clock.now() + settings.refresh_token_ttl * 1000)
      }
      if (user === undefined) return issue
      const covered = scopes(coveredScope(grant, client, user, context))
      return { ...issue, scope: narrow(shortened(asked), covered, 'the refresh token') }
    })
  },
}

/** The vendor's way of grant types. */
export const googleGrants: ReadonlyMap<string, GrantType> = new Map([code, refresh, serviceAccount].map((one) => [one.grant_type, one]))
