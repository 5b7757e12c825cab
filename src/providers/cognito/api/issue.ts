import { OAuthError } from '../../../oauth/model/errors.ts'
import type { Reason } from '../../../oauth/model/reasons.ts'
import type { Client, User } from '../../../oauth/model/records.ts'
import { scopes } from '../../../oauth/model/scope.ts'
import type { Issue } from '../../../oauth/realm/issue.ts'
import { makeIdToken } from '../../../oauth/tokens/id-token.ts'
import { issueTokens } from '../../../oauth/tokens/issue.ts'
import { ApiError, notAuthorized } from '../errors.ts'
import { refresh } from '../grants.ts'
import type { Pool } from './pool.ts'

/** What every token of the JSON API is for: the user's own account. */
export const ownAccountScope = 'aws.cognito.signin.user.admin'

/** What a sign-in that came to its end answers. */
export interface SignedIn {
  AuthenticationResult: Readonly<Record<string, unknown>>
  ChallengeParameters: Readonly<Record<string, string>>
}

/** The tokens of a user who has shown all that was asked. */
export function signInTokens(user: User, client: Client, pool: Pool): Promise<SignedIn> {
  const { store, failing } = pool.world
  if (failing.delete(user.username)) throw new OAuthError('server_error', 'Internal error', `User '${user.username}' is magic`)
  const grant = store.saveGrant({
    client,
    user,
    grant_type: 'password',
    scope: ownAccountScope,
    details: { auth_time: pool.seconds, vendor: { door: 'api' } },
    created_at: pool.now,
  })
  pool.context.trace.grant_id = grant.id
  return answer({ grant, user, scope: ownAccountScope, refresh: 'first', id_token: false }, client, pool)
}

/** New tokens for a refresh token, from whichever door. @throws ApiError NotAuthorizedException */
export async function refreshTokens(token: string, client: Client, pool: Pool): Promise<SignedIn> {
  try {
    const issue = await refresh.redeem({ refresh_token: token }, client, pool.context)
    return await answer({ ...issue, id_token: false }, client, pool)
  } catch (error) {
    if (!(error instanceof OAuthError) || error.code !== 'invalid_grant') throw error
    const { reason = 'refresh_unknown', explanation } = error
    if (reason === 'refresh_used') {
      throw new ApiError('RefreshTokenReuseException', 'Refresh token was invalidated by rotation', explanation, reason)
    }
    throw notAuthorized(refreshTexts[reason] ?? 'Invalid Refresh Token', explanation, reason)
  }
}

const refreshTexts: Readonly<Partial<Record<Reason, string>>> = {
  refresh_expired: 'Refresh Token has expired',
  refresh_revoked: 'Refresh Token has been revoked',
}

async function answer(issue: Issue, client: Client, pool: Pool): Promise<SignedIn> {
  const { grant, user, scope } = issue
  const issued = await issueTokens(issue, undefined, client, pool.context)
  const isDirect = grant.details.vendor?.door === 'api'
  const { access_token } = issued
  const id_token =
    user !== undefined && (isDirect || scopes(scope).includes('openid'))
      ? await makeIdToken({ client, user, scope, grant, access_token }, pool.context)
      : undefined
  return {
    AuthenticationResult: {
      AccessToken: access_token,
      ExpiresIn: issued.expires_in,
      IdToken: id_token,
      RefreshToken: issued.refresh_token,
      TokenType: 'Bearer',
    },
    ChallengeParameters: {},
  }
}
