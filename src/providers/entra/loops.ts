import type { Client, User } from '../../oauth/model/records.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { refuse } from './errors.ts'
import { entraSettings } from './settings.ts'

/** Milliseconds in which equal requests are counted. */
const window = 5 * 60_000

/** How often a client asked the same for a user, and since when. */
interface Asked {
  since: number
  count: number
}

/** @throws OAuthError for a client that asks the same again and again, as one does that keeps no tokens */
export function checkLoop(user: User, scope: string, client: Client, { realm }: Context): void {
  const limit = entraSettings.of(realm.settings).request_loop_limit
  if (limit === 0) return
  const now = realm.clock.now()
  const asked = realm.documents.kind<Asked>('entra_asked')
  const key = `${client.client_id} ${scope}`
  const { since, count } = asked.get(key, { user }) ?? { since: now, count: 0 }
  const next = now - since < window ? { since, count: count + 1 } : { since: now, count: 1 }
  asked.put(key, next, { user })
  if (next.count <= limit) return
  throw refuse(
    50196,
    `Client '${client.client_id}' refreshed for user '${user.username}' ${next.count} times within five minutes (request_loop_limit)`,
  )
}
