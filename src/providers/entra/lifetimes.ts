import { seconds } from '../../basics/clock.ts'
import { randomDigit } from '../../basics/random.ts'
import type { TokenProfile } from '../../oauth/model/token-profile.ts'
import { redirectTypeOf } from './redirects.ts'
import { entraSettings } from './settings.ts'

/** A single-page application has its refresh tokens for a day, however often it refreshes. */
const spaLifetime = 24 * 3600

/** How long tokens live: access tokens not all the same time, and a single-page application's refresh tokens to a fixed end. */
export const entraLifetimes: NonNullable<TokenProfile['lifetimes']> = ({ client, grant }, material) => {
  const { settings, clock } = material
  const { access_token_jitter } = entraSettings.of(settings)
  const jitter = access_token_jitter === 0 ? 0 : Math.floor((randomDigit(256) / 256) * access_token_jitter)
  const access = jitter === 0 ? undefined : settings.access_token_ttl + jitter
  if (redirectTypeOf(client, grant, material) !== 'spa') return { access }
  return { access, refresh: Math.max(1, spaLifetime - (seconds(clock.now()) - seconds(grant.created_at))) }
}
