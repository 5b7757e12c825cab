import { seconds } from '../../basics/clock.ts'
import { after } from '../../basics/maybe-promise.ts'
import { digest } from '../../basics/random.ts'
import { authorizationCode } from '../../oauth/grants/authorization-code.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { GrantType, Realm } from '../../oauth/realm/context.ts'
import type { Issue } from '../../oauth/realm/issue.ts'
import { keyOfCode } from '../../oauth/tokens/formats.ts'

/** Somebody who was disabled since gets nothing, nor does whose session is over. */
function checked(issue: Issue, { settings: { session_ttl }, clock }: Realm): Issue {
  if (issue.user?.disabled === true) throw new OAuthError('user_disabled', 'User disabled', `User '${issue.user.username}' is disabled`)
  const { auth_time } = issue.grant.details
  if (auth_time === undefined || auth_time + session_ttl >= seconds(clock.now())) return issue
  throw new OAuthError('code_revoked', 'Code not valid', `The session was to last ${session_ttl} s`)
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
      const issue = after(authorizationCode.redeem(parameters, client, context), (one) => checked(one, context.realm))
      return issue instanceof Promise ? issue.catch(burn) : issue
    } catch (error) {
      return burn(error)
    }
  },
}
