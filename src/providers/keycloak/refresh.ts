import { after } from '../../basics/maybe-promise.ts'
import { digest } from '../../basics/random.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { GrantType, Realm } from '../../oauth/realm/context.ts'
import { isStale } from './not-before.ts'
import { realmDataOf } from './realm-data-of.ts'
import { keycloakScope } from './scope.ts'

/** A refresh token without using it, or why it does not hold. */
export function findRefresh(token: string, { tokens, store, clock }: Pick<Realm, 'tokens' | 'store' | 'clock'>) {
  const key = tokens.refresh.keyOf(token)
  return key === undefined ? 'unknown' : store.findRefreshToken(key, digest(token), clock.now())
}

/** The vendor's refresh: a narrower scope leaves the default scopes in, and what was not granted is left out without a word. */
export const keycloakRefresh: GrantType = {
  ...refreshToken,
  redeem(parameters, client, context) {
    const { scope, ...rest } = parameters
    const found = findRefresh(parameters.refresh_token ?? '', context.realm)
    if (typeof found !== 'string' && found.client.row === client.row && isStale(found, realmDataOf(context))) {
      const why = 'notBefore of the realm, the client or the user is later than the refresh token'
      throw new OAuthError('invalid_grant', 'Stale token', why)
    }
    const asked = scope === undefined ? undefined : keycloakScope(scope, client, context)
    return after(refreshToken.redeem(rest, client, context), (issue) => {
      if (asked === undefined) return issue
      const granted = scopes(issue.grant.scope)
      return {
        ...issue,
        scope: scopes(asked)
          .filter((one) => granted.includes(one))
          .join(' '),
      }
    })
  },
}
