import { after } from '../../basics/maybe-promise.ts'
import { digest } from '../../basics/random.ts'
import { authorizationCode } from '../../oauth/grants/authorization-code.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { GrantType } from '../../oauth/realm/context.ts'
import type { Issue } from '../../oauth/realm/issue.ts'
import { keyOfCode } from '../../oauth/tokens/formats.ts'

/** Somebody who was disabled since gets nothing. */
function ofEnabled(issue: Issue): Issue {
  if (issue.user?.disabled !== true) return issue
  throw new OAuthError('user_disabled', 'User disabled', `User '${issue.user.username}' is disabled`)
}

/** The vendor's codes: whoever brings one uses it up, be it the wrong client. */
export const keycloakCode: GrantType = {
  ...authorizationCode,
  redeem(parameters, client, context) {
    const { store, clock } = context.realm
    const burn = (error: unknown): never => {
      const { code = '' } = parameters
      const id = keyOfCode(code, context.realm)
      if (id !== undefined) store.burnCode(id, digest(code), clock.now())
      throw error
    }
    try {
      const issue = after(authorizationCode.redeem(parameters, client, context), ofEnabled)
      return issue instanceof Promise ? issue.catch(burn) : issue
    } catch (error) {
      return burn(error)
    }
  },
}
