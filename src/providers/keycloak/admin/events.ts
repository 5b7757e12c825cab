import { given } from '../../../basics/given.ts'
import type { PastRequest } from '../../past-request.ts'
import type { Route } from '../../provider.ts'
import { uuidOf } from '../ids.ts'
import { serviceAccountId } from '../realm/data.ts'
import { type Members, texts } from '../realm/members.ts'
import { realmId } from '../realm/settings.ts'
import { adminEvents, forgetAdminEvents } from './admin-events.ts'
import { type AdminCall, adminRoute, json, paged } from './call.ts'
import { detailsOf, errorOf, sessionOf } from './event-details.ts'
import { usualEventTypes } from './event-types.ts'

/** What an event is called, by what was asked. */
const tokenEvents: Readonly<Record<string, string>> = {
  authorization_code: 'CODE_TO_TOKEN',
  password: 'LOGIN',
  refresh_token: 'REFRESH_TOKEN',
  client_credentials: 'CLIENT_LOGIN',
  'urn:ietf:params:oauth:grant-type:device_code': 'OAUTH2_DEVICE_CODE_TO_TOKEN',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'TOKEN_EXCHANGE',
  'urn:openid:params:grant-type:ciba': 'AUTHREQID_TO_TOKEN',
}

const otherEvents: Readonly<Record<string, string>> = {
  authorize: 'LOGIN',
  end_session: 'LOGOUT',
  userinfo: 'USER_INFO_REQUEST',
  introspection: 'INTROSPECT_TOKEN',
  revocation: 'REVOKE_GRANT',
  registration: 'CLIENT_REGISTER',
  device_authorization: 'OAUTH2_DEVICE_AUTH',
  par: 'PUSHED_AUTHORIZATION_REQUEST',
}

function typeOf({ endpoint, url, grant_type = '', error, redirected }: PastRequest): string | undefined {
  // A client that ends a session by its refresh token is at the place of browsers.
  const isSignOut = url.includes('/protocol/openid-connect/logout')
  const type = endpoint === 'token' ? tokenEvents[grant_type] : isSignOut ? 'LOGOUT' : otherEvents[endpoint]
  // A page that was shown is no sign-in yet.
  if (type === undefined || (endpoint === 'authorize' && !redirected && error === undefined)) return undefined
  return error === undefined ? type : `${type}_ERROR`
}

/** When a realm begins to keep events: what came before is none of it. */
export function eventsBegin(said: Members, before: Members, now: number): Members {
  return said.eventsEnabled === true && before.eventsEnabled !== true ? { eventsSince: now - 1 } : {}
}

/** Since when events are kept; undefined where they are not. */
function keptSince({ realm }: AdminCall): number | undefined {
  const { eventsEnabled, eventsSince } = realm.settings
  return eventsEnabled === true ? Number(eventsSince ?? 0) : undefined
}

function eventsOf(call: AdminCall) {
  const since = keptSince(call)
  if (since === undefined) return []
  const { realm, world, request } = call
  const enabled = texts(realm.settings.enabledEventTypes) ?? []
  const wanted = enabled.length === 0 ? usualEventTypes : enabled
  const path = `/realms/${encodeURIComponent(realm.name)}/`
  return request
    .past()
    .filter(({ time, url }) => time > since && url.includes(path))
    .flatMap((past) => {
      const type = typeOf(past)
      if (type === undefined || !wanted.includes(type)) return []
      const { id, time, client_id, username, grant_id } = past
      const entry = grant_id === undefined ? undefined : world.grants.find(grant_id)
      const about = { type, past, entry }
      const isService = entry !== undefined && entry.user === undefined
      const user = entry?.user ?? (username === undefined ? undefined : world.store.findUser(username))
      return given({
        id: uuidOf('event', String(id), String(time)),
        time,
        type,
        realmId: realmId(realm),
        clientId: client_id,
        userId: isService ? serviceAccountId(entry.client) : user?.user_id,
        sessionId: sessionOf(about),
        ipAddress: '127.0.0.1',
        error: errorOf(past),
        details: detailsOf(about),
      })
    })
    .toReversed()
}

/** Whether a time is within days, or milliseconds since the epoch. */
function isWithin(time: number, from: string | undefined, to: string | undefined): boolean {
  const day = 24 * 3600 * 1000
  const at = (text: string) => (/^\d{10,}$/.test(text) ? Number(text) : Date.parse(text))
  return (from === undefined || time >= at(from)) && (to === undefined || time < at(to) + (at(to) % day === 0 ? day : 1))
}

function list(call: AdminCall) {
  const { type, client, user, dateFrom, dateTo } = call.request.query
  const wanted = eventsOf(call).filter(
    (event) =>
      (type === undefined || type.split(',').includes(String(event.type))) &&
      (client === undefined || event.clientId === client) &&
      (user === undefined || event.userId === user) &&
      isWithin(event.time ?? 0, dateFrom, dateTo),
  )
  return json(paged(wanted, call.request.query, 100))
}

function listAdminEvents(call: AdminCall) {
  const { query } = call.request
  const { operationTypes, resourceTypes, resourcePath = '', authUser, authClient, dateFrom, dateTo } = query
  const among = (wanted: string | undefined, is: string) => wanted === undefined || wanted.split(',').includes(is)
  const wanted = adminEvents(call.world.documents).filter(
    (event) =>
      among(operationTypes, event.operationType) &&
      among(resourceTypes, event.resourceType) &&
      among(authUser, event.authDetails.userId) &&
      among(authClient, event.authDetails.clientId) &&
      (event.resourcePath ?? '').startsWith(resourcePath.split('*')[0] ?? '') &&
      isWithin(event.time, dateFrom, dateTo),
  )
  return json(paged(wanted, query, 100))
}

function config({ settings }: AdminCall['realm']) {
  const {
    eventsEnabled = false,
    eventsListeners = ['jboss-logging'],
    enabledEventTypes,
    adminEventsEnabled = false,
    adminEventsDetailsEnabled = false,
  } = settings
  const types = texts(enabledEventTypes) ?? []
  return {
    eventsEnabled,
    eventsListeners,
    enabledEventTypes: types.length > 0 ? types : usualEventTypes,
    adminEventsEnabled,
    adminEventsDetailsEnabled,
  }
}

/** What happened, of what the journal remembers. */
export const eventRoutes: readonly Route[] = [
  adminRoute('GET', '/events', ['view-events', 'manage-events'], list),
  adminRoute('DELETE', '/events', ['manage-events'], ({ realm, now }) => {
    realm.settings = { ...realm.settings, eventsSince: now }
    return undefined
  }),
  adminRoute('GET', '/events/config', ['view-events', 'view-realm'], ({ realm }) => json(config(realm))),
  adminRoute('PUT', '/events/config', ['manage-events', 'manage-realm'], ({ realm, body, now }) => {
    realm.settings = { ...realm.settings, ...body, ...eventsBegin(body, realm.settings, now) }
    return undefined
  }),
  adminRoute('GET', '/admin-events', ['view-events', 'manage-events'], listAdminEvents),
  adminRoute('DELETE', '/admin-events', ['manage-events'], ({ world }) => {
    forgetAdminEvents(world.documents)
    return undefined
  }),
]
