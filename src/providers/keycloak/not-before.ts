import { seconds } from '../../basics/clock.ts'
import { readClaims } from '../../oauth/jose/jwt.ts'
import type { ActiveRefreshToken } from '../../oauth/model/records.ts'
import type { RequestDialect } from '../../oauth/realm/context.ts'
import { numberIn, type RealmData } from './realm/data.ts'
import { realmDataOf } from './realm-data-of.ts'

/** Whether, and in which words, a token was issued before the hour from which the tokens of its realm, its client or its user count. */
export function staleness({ issued_at, client, user }: ActiveRefreshToken, realm: RealmData): string | undefined {
  const isEarly = (hour = 0) => seconds(issued_at) < hour
  const ofClient = numberIn(realm.client(client).other ?? {}, 'notBefore')
  if (isEarly(numberIn(realm.settings, 'notBefore')) || isEarly(ofClient)) return 'Token verification failed'
  return user !== undefined && isEarly(realm.user(user).notBefore) ? 'User not valid' : undefined
}

/** What is stale counts no more, nor what the server issued under another name. */
export const stale: NonNullable<RequestDialect['stale']> = (token, context, text) =>
  readClaims(text)?.iss === context.issuer ? staleness(token, realmDataOf(context)) : 'Token verification failed'
