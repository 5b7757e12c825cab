import { after } from '../../basics/maybe-promise.ts'
import { namedClient } from '../../oauth/clients/authentication.ts'
import { authorizationCode } from '../../oauth/grants/authorization-code.ts'
import { deviceCode } from '../../oauth/grants/deferred.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { GrantType } from '../../oauth/realm/context.ts'
import type { Issue } from '../../oauth/realm/issue.ts'
import { emailsOf } from './profile.ts'
import { hasExpiringTokens } from './tokens.ts'

/** A grant whose refresh token comes with expiring tokens alone, for users who have a verified address. */
function signingIn(grantType: GrantType): GrantType {
  return {
    ...grantType,
    redeem: (parameters, client, context) =>
      after(grantType.redeem(parameters, client, context), (issue): Issue => {
        requireVerified(issue)
        return hasExpiringTokens(client) ? issue : { ...issue, refresh: 'none' }
      }),
  }
}

function requireVerified({ user }: Issue): void {
  if (user === undefined || emailsOf(user).some(({ primary, verified }) => primary && verified)) return
  const explanation = `The primary e-mail address of user '${user.username}' is not verified (claim email_verified)`
  throw new OAuthError('invalid_grant', 'The user must have a verified primary email.', explanation).naming({ unverified: 'yes' })
}

/** A device knows no secret. */
const device: GrantType = {
  ...signingIn(deviceCode),
  authenticate: (authorization, parameters, context) => namedClient({ authorization, parameters, problem: undefined }, context),
}

/** Refreshing ends the access token of before as well. */
const refreshing: GrantType = {
  ...refreshToken,
  redeem(parameters, client, context) {
    if (!hasExpiringTokens(client)) {
      const explanation = `Tokens of client '${client.client_id}' do not expire: it is an OAuth app, or a GitHub App that opted out`
      throw new OAuthError('refresh_unknown', 'Refresh token is not valid', explanation)
    }
    return after(refreshToken.redeem(parameters, client, context), (issue) => {
      const { store, clock } = context.realm
      if (typeof issue.refresh === 'object') store.revokeAccessToken(issue.refresh.id, clock.now())
      return issue
    })
  },
}

export const githubGrants: ReadonlyMap<string, GrantType> = new Map(
  [signingIn(authorizationCode), device, refreshing].map((one) => [one.grant_type, one]),
)
