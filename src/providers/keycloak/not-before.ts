import { seconds } from '../../basics/clock.ts'
import type { ActiveRefreshToken } from '../../oauth/model/records.ts'
import type { RequestDialect } from '../../oauth/realm/context.ts'
import { numberIn, type RealmData } from './realm/data.ts'
import { realmDataOf } from './realm-data-of.ts'

/** Whether a token was issued before the hour from which the tokens of its realm, its client or its user count. */
export function isStale({ issued_at, client, user }: ActiveRefreshToken, realm: RealmData): boolean {
  const hours = [
    numberIn(realm.settings, 'notBefore'),
    numberIn(realm.client(client).other ?? {}, 'notBefore'),
    user === undefined ? undefined : realm.user(user).notBefore,
  ]
  return hours.some((hour = 0) => seconds(issued_at) < hour)
}

/** What is stale counts no more. */
export const counts: NonNullable<RequestDialect['counts']> = (token, context) => !isStale(token, realmDataOf(context))
