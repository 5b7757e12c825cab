import { seconds } from '../../../basics/clock.ts'
import type { PastRequest, Route } from '../../provider.ts'
import { uuidOf } from '../ids.ts'
import { texts } from '../realm/members.ts'
import { realmId } from '../realm/settings.ts'
import { type AdminCall, adminRoute, json, paged } from './call.ts'

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

/** Those that are kept unless the realm says otherwise. */
const notKept = ['USER_INFO_REQUEST', 'INTROSPECT_TOKEN', 'REFRESH_TOKEN', 'PUSHED_AUTHORIZATION_REQUEST']

function typeOf({ endpoint, grant_type = '', error, redirected }: PastRequest): string | undefined {
  const type = endpoint === 'token' ? tokenEvents[grant_type] : otherEvents[endpoint]
  // A page that was shown is no sign-in yet.
  if (type === undefined || (endpoint === 'authorize' && !redirected && error === undefined)) return undefined
  return error === undefined ? type : `${type}_ERROR`
}

/** Since when events are kept; undefined where they are not. */
function keptSince({ realm }: AdminCall): number | undefined {
  const { eventsEnabled, eventsSince } = realm.settings
  return eventsEnabled === true ? Number(eventsSince ?? 0) : undefined
}

function eventsOf(call: AdminCall): Record<string, unknown>[] {
  const since = keptSince(call)
  if (since === undefined) return []
  const { realm, world, request } = call
  const enabled = texts(realm.settings.enabledEventTypes) ?? []
  const wanted = (type: string) => (enabled.length === 0 ? !notKept.includes(type.replace(/_ERROR$/, '')) : enabled.includes(type))
  const path = `/realms/${encodeURIComponent(realm.name)}/`
  return request
    .past()
    .filter(({ time, url }) => time > since && url.includes(path))
    .flatMap((past) => {
      const type = typeOf(past)
      if (type === undefined || !wanted(type)) return []
      const { id, time, client_id, username, error } = past
      const user = username === undefined ? undefined : world.store.findUser(username)
      return [
        {
          id: uuidOf('event', String(id), String(time)),
          time,
          type,
          realmId: realmId(realm),
          ...(client_id === undefined ? {} : { clientId: client_id }),
          ...(user === undefined ? {} : { userId: user.user_id }),
          ipAddress: '127.0.0.1',
          ...(error === undefined ? {} : { error: error === 'invalid_grant' ? 'invalid_user_credentials' : error }),
          details: {
            ...(past.grant_type === undefined ? {} : { grant_type: past.grant_type }),
            ...(username === undefined ? {} : { username }),
          },
        },
      ]
    })
    .toReversed()
}

function list(call: AdminCall) {
  const { type, client, user, dateFrom, dateTo } = call.request.query
  const day = 24 * 3600 * 1000
  const wanted = eventsOf(call).filter(
    (event) =>
      (type === undefined || type.split(',').includes(String(event.type))) &&
      (client === undefined || event.clientId === client) &&
      (user === undefined || event.userId === user) &&
      (dateFrom === undefined || Number(event.time) >= Date.parse(dateFrom)) &&
      (dateTo === undefined || Number(event.time) < Date.parse(dateTo) + day),
  )
  return json(paged(wanted, call.request.query, 100))
}

function config({ settings }: AdminCall['realm']) {
  const {
    eventsEnabled = false,
    eventsListeners = ['jboss-logging'],
    enabledEventTypes,
    adminEventsEnabled = false,
    adminEventsDetailsEnabled = false,
  } = settings
  const all = [...new Set([...Object.values(tokenEvents), ...Object.values(otherEvents)])].filter((type) => !notKept.includes(type))
  const types = texts(enabledEventTypes) ?? []
  return {
    eventsEnabled,
    eventsListeners,
    enabledEventTypes: types.length > 0 ? types : all.flatMap((type) => [type, `${type}_ERROR`]),
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
    const begins = body.eventsEnabled === true && realm.settings.eventsEnabled !== true
    realm.settings = { ...realm.settings, ...body, ...(begins ? { eventsSince: seconds(now) * 1000 - 1 } : {}) }
    return undefined
  }),
  adminRoute('GET', '/admin-events', ['view-events', 'manage-events'], () => json([])),
  adminRoute('DELETE', '/admin-events', ['manage-events'], () => undefined),
]
