import { seconds } from '../../../basics/clock.ts'
import type { TokenProfile } from '../../../oauth/model/token-profile.ts'
import { numberIn, RealmData } from '../realm/data.ts'
import { isOffline } from './formats.ts'

/** Seconds that an offline session lives without being used. */
export const usualOfflineIdle = 2_592_000

/** The first that is said; 0 says nothing. */
function first(...values: (number | undefined)[]): number | undefined {
  return values.find((one) => one !== undefined && one > 0)
}

/** As realm and client say; no token outlives its session. */
export const lifetimes: NonNullable<TokenProfile['lifetimes']> = ({ client, grant, scope }, { documents, settings, clock }) => {
  const realm = new RealmData('', documents)
  const { attributes } = realm.client(client)
  const ofRealm = (name: string) => numberIn(realm.settings, name)
  const ofClient = (name: string) => (attributes[name] === undefined ? undefined : Number(attributes[name]))
  const since = (start: number) => seconds(clock.now()) - start
  const { sid, auth_time = seconds(grant.created_at) } = grant.details
  const implicit = grant.grant_type === 'implicit' ? (ofRealm('accessTokenLifespanForImplicitFlow') ?? 900) : undefined
  const access = implicit ?? ofClient('access.token.lifespan') ?? ofRealm('accessTokenLifespan') ?? settings.access_token_ttl
  if (isOffline(scope)) {
    if (realm.settings.offlineSessionMaxLifespanEnabled !== true) return { access, id: access, refresh: 0 }
    const idle = ofRealm('offlineSessionIdleTimeout') ?? usualOfflineIdle
    const left = (ofRealm('offlineSessionMaxLifespan') ?? 5_184_000) - since(seconds(grant.created_at))
    return { access, id: access, refresh: Math.max(1, Math.min(idle, left)) }
  }
  const idle = first(ofClient('client.session.idle.timeout'), ofRealm('clientSessionIdleTimeout'), ofRealm('ssoSessionIdleTimeout'))
  const ofClientSession = first(ofClient('client.session.max.lifespan'), ofRealm('clientSessionMaxLifespan')) ?? Number.POSITIVE_INFINITY
  const left = Math.min(settings.session_ttl - since(auth_time), ofClientSession - since(seconds(grant.created_at)))
  const within = (ttl: number) => (sid === undefined ? ttl : Math.max(1, Math.min(ttl, left)))
  return { access: within(access), id: within(access), refresh: within(idle ?? settings.refresh_token_ttl) }
}
