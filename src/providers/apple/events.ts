import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import { after } from '../../basics/maybe-promise.ts'
import { randomText } from '../../basics/random.ts'
import { signJwt } from '../../oauth/jose/jwt.ts'
import type { UserEvents } from '../user-events.ts'
import { emailFor, forget } from './accounts.ts'
import { vendorIssuer } from './client-secret.ts'
import { appleSettings } from './settings.ts'

/** What users do in their accounts: apps are told by a JWT whose claim `events` is JSON in a text. */
export const appleEvents: UserEvents = {
  events: {
    'consent-revoked': 'Stop using Apple Account with the app',
    'account-delete': 'Delete the account',
    'email-disabled': 'Stop forwarding e-mail',
    'email-enabled': 'Resume forwarding e-mail',
  },
  happen(event, user, client, { realm }) {
    const { directory, documents, clock, settings, keys } = realm
    const now = seconds(clock.now())
    const relay = event.startsWith('email-') ? emailFor(user, client.app, realm) : undefined
    const told = given({
      type: event,
      sub: user.user_id,
      email: relay,
      is_private_email: relay === undefined ? undefined : relay === user.email ? 'false' : 'true',
      event_time: now,
    })
    if (event === 'account-delete') directory.deleteUser(user)
    if (event === 'consent-revoked') {
      forget(user, client.app, documents)
      directory.removeApp(user, client.app, clock.now())
    }
    const { notification_endpoint: url } = appleSettings.of(settings)
    if (url === null) return undefined
    // Whoever hears of it knows the vendor by this name alone.
    const claims = {
      iss: settings.issuer ?? vendorIssuer,
      aud: client.client_id,
      iat: now,
      jti: randomText(22),
      events: JSON.stringify(told),
    }
    return after(keys.signingIdTokens('RS256'), (key) =>
      after(signJwt(claims, key), (payload) => ({ url, content_type: 'application/json', body: JSON.stringify({ payload }) })),
    )
  },
}
