import { after } from '../../basics/maybe-promise.ts'
import { digest } from '../../basics/random.ts'
import { clientOf, namedClient } from '../../oauth/clients/authentication.ts'
import { authorizationCode } from '../../oauth/grants/authorization-code.ts'
import { deviceCode } from '../../oauth/grants/deferred.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { Context, GrantType } from '../../oauth/realm/context.ts'
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
        if (hasExpiringTokens(client)) return issue
        keepToTen(issue, client, context)
        return { ...issue, refresh: 'none' }
      }),
  }
}

function requireVerified({ user }: Issue): void {
  if (user === undefined || emailsOf(user).some(({ primary, verified }) => primary && verified)) return
  const explanation = `The primary e-mail address of user '${user.username}' is not verified (claim email_verified)`
  throw new OAuthError('invalid_grant', 'The user must have a verified primary email.', explanation).naming({ unverified: 'yes' })
}

/** How many tokens a user's grants to an app may have for the same scope. */
const most = 10

/** One more ends the oldest. */
function keepToTen({ grant, user, scope }: Issue, { app }: Client, { realm }: Context): void {
  const kept = realm.documents.kind<number[]>('github-grants')
  const all = [...(kept.get(scope, { app, user }) ?? []), grant.id]
  for (const id of all.slice(0, -most)) {
    realm.store.revokeGrant(id, `the app has more than ${most} tokens of its user for the same scope`, realm.clock.now())
  }
  kept.put(scope, all.slice(-most), { app, user })
}

/** A device knows no secret. */
const device: GrantType = {
  ...signingIn(deviceCode),
  authenticate: (authorization, parameters, context) => namedClient({ authorization, parameters, problem: undefined }, context),
}

/** Refreshing ends the access token of before as well. */
const refreshing: GrantType = {
  ...refreshToken,
  authenticate(authorization, parameters, context) {
    const read = { authorization, parameters, problem: undefined }
    return (isOfDevice(parameters.refresh_token, context) ? namedClient : clientOf)(read, context)
  },
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

/** Whether a refresh token came of a device, which knows no secret now either. */
function isOfDevice(token: string | undefined, { realm }: Context): boolean {
  const key = token === undefined ? undefined : realm.tokens.refresh.keyOf(token)
  if (token === undefined || key === undefined) return false
  const found = realm.store.findRefreshToken(key, digest(token), realm.clock.now())
  return typeof found !== 'string' && found.grant.grant_type === deviceCode.grant_type
}

export const githubGrants: ReadonlyMap<string, GrantType> = new Map(
  [signingIn(authorizationCode), device, refreshing].map((one) => [one.grant_type, one]),
)
