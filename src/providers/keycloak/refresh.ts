import { after, type MaybePromise } from '../../basics/maybe-promise.ts'
import { digest, sameSecret } from '../../basics/random.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import { readClaims, signJwt } from '../../oauth/jose/jwt.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Client } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Context, GrantType, Realm } from '../../oauth/realm/context.ts'
import { staleness } from './not-before.ts'
import { numberIn } from './realm/data.ts'
import { realmDataOf } from './realm-data-of.ts'
import { keycloakScope } from './scope.ts'
import { usualOfflineIdle } from './tokens/lifetimes.ts'

/** A refresh token without using it, or why it does not hold. */
export function findRefresh(token: string, { tokens, store, clock }: Pick<Realm, 'tokens' | 'store' | 'clock'>) {
  const key = tokens.refresh.keyOf(token)
  return key === undefined ? 'unknown' : store.findRefreshToken(key, digest(token), clock.now())
}

function refused(says: string, why: string): OAuthError {
  return new OAuthError('invalid_grant', says, why)
}

/** How often a refresh token may be used again; undefined where it does not rotate. */
function reuseOf(context: Context): number | undefined {
  if (context.realm.settings.rotation !== 'strict') return undefined
  return numberIn(realmDataOf(context).settings, 'refreshTokenMaxReuse') ?? 0
}

/** What the vendor looks at before a token is used. @returns whether its successor was used, so that it is stale */
function inspect(token: string, client: Client, context: Context): boolean {
  const { realm } = context
  const { store, clock } = realm
  const key = realm.tokens.refresh.keyOf(token)
  const found = findRefresh(token, realm)
  const { typ, sub, iss } = readClaims(token) ?? {}
  if (key === undefined || found === 'unknown' || found === 'expired') return false
  if (iss !== context.issuer) throw refused(`Invalid token issuer. Expected '${context.issuer}'`, `The refresh token's iss is '${iss}'`)
  if (found === 'revoked') {
    const why = store.whyRevoked(key)
    if (why === undefined && store.findUserById(String(sub))?.disabled === true)
      throw new OAuthError('user_disabled', 'User disabled', 'The user of the refresh token is disabled')
    if (why === 'the session ended' && typ === 'Offline') throw refused('Offline user session not found', why)
    return why === undefined
  }
  if (found.client.row !== client.row) return false
  if (staleness(found, realmDataOf(context)) !== undefined)
    throw refused('Stale token', 'notBefore of the realm, the client or the user is later than the refresh token')
  const { uses, last } = store.usageOf(key)
  const idle = numberIn(realmDataOf(context).settings, 'offlineSessionIdleTimeout') ?? usualOfflineIdle
  if (typ === 'Offline' && clock.now() - last >= idle * 1000)
    throw refused('Offline session not active', `The session was idle for offlineSessionIdleTimeout, ${idle} s`)
  const reuse = reuseOf(context)
  if (reuse === undefined || reuse === 0 || uses <= reuse) return false
  store.revokeGrant(found.grant.id, 'a refresh token was used more often than refreshTokenMaxReuse allows', clock.now())
  const why = `The refresh token was used ${uses} times, and refreshTokenMaxReuse is ${reuse}`
  throw new OAuthError('refresh_used', 'Refresh token is not valid', why)
}

/** Whether a token is of this realm of which nothing is kept any more, since its user was deleted. */
function wasOurs(token: string, { realm }: Context): MaybePromise<boolean> {
  const claims = readClaims(token)
  if (claims === undefined || findRefresh(token, realm) !== 'unknown' || realm.tokens.refresh.keyOf(token) === undefined) return false
  return after(realm.keys.signing('HS512'), (key) => after(signJwt(claims, key), (again) => sameSecret(again, token)))
}

function redeem(parameters: Parameters, client: Client, context: Context) {
  const isStale = inspect(parameters.refresh_token ?? '', client, context)
  // One that may be used again holds until its successor is used.
  const { realm } = context
  const lenient = { ...context, realm: { ...realm, settings: { ...realm.settings, rotation: 'lenient' as const } } }
  try {
    return refreshToken.redeem(parameters, client, (reuseOf(context) ?? 0) > 0 ? lenient : context)
  } catch (error) {
    if (isStale && error instanceof OAuthError && error.reason === 'refresh_used') throw refused('Stale token', error.explanation)
    throw error
  }
}

/** The vendor's refresh: a narrower scope leaves the default scopes in, and what was not granted is left out without a word. */
export const keycloakRefresh: GrantType = {
  ...refreshToken,
  redeem(parameters, client, context) {
    const { scope, ...rest } = parameters
    const asked = scope === undefined ? undefined : keycloakScope(scope, client, context)
    const ours = wasOurs(parameters.refresh_token ?? '', context)
    const redeemed = after(ours, (isOurs) => {
      if (isOurs) throw refused('Session not active', 'The refresh token is of this realm, and its user was deleted')
      return redeem(rest, client, context)
    })
    return after(redeemed, (issue) => {
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
