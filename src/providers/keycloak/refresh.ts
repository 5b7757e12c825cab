import { after } from '../../basics/maybe-promise.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { GrantType } from '../../oauth/realm/context.ts'
import { keycloakScope } from './scope.ts'

/** The vendor's refresh: a narrower scope leaves the default scopes in, and what was not granted is left out without a word. */
export const keycloakRefresh: GrantType = {
  ...refreshToken,
  redeem(parameters, client, context) {
    const { scope, ...rest } = parameters
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
