import { createHmac } from 'node:crypto'
import { seconds } from '../../basics/clock.ts'
import { encodeSegment } from '../../oauth/jose/jwt.ts'
import type { Client, User } from '../../oauth/model/records.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { type Notice, tell, type UserEvents } from '../user-events.ts'
import { scopedId } from './ids.ts'
import { forget } from './permissions.ts'
import { facebookSettings } from './settings.ts'

/** What is posted to an app's server: the hash of the payload with the app's secret, and the payload. */
export function signedRequest(payload: object, client_secret: string): string {
  const text = encodeSegment(payload)
  return `${createHmac('sha256', client_secret).update(text).digest('base64url')}.${text}`
}

function notice(url: string, user: User, { client_secret, app }: Client, { realm }: Context): Notice {
  const payload = { algorithm: 'HMAC-SHA256', issued_at: seconds(realm.clock.now()), user_id: scopedId(user, app) }
  const body = new URLSearchParams({ signed_request: signedRequest(payload, client_secret ?? '') }).toString()
  return { url, content_type: 'application/x-www-form-urlencoded', body }
}

/** A user leaves an app: all that it was given holds no more, and the next dialog asks for everything again. */
function leave(user: User, { app }: Client, { realm }: Context): void {
  const { directory, documents, store, clock } = realm
  forget(user, app, documents)
  for (const client of directory.listClients(app)) store.saveConsent(user, client, '', clock.now())
  directory.removeApp(user, app, clock.now())
}

/** What users do in their settings. */
export const facebookEvents: UserEvents = {
  events: { deauthorize: 'Remove the app', data_deletion: 'Remove the app and ask for the data to be deleted' },
  happen(event, user, client, context) {
    const { deauthorize_callback, data_deletion_callback } = facebookSettings.of(context.realm.settings)
    const url = event === 'data_deletion' ? data_deletion_callback : deauthorize_callback
    leave(user, client, context)
    return url === null ? undefined : notice(url, user, client, context)
  },
}

/** The app itself gives back all that a user gave it, and is told so. */
export async function removeApp(user: User, client: Client, context: Context): Promise<void> {
  const told = await facebookEvents.happen('deauthorize', user, client, context)
  if (told !== undefined) await tell(told, context.realm.settings)
}
