import { seconds } from '../../../basics/clock.ts'
import type { Route } from '../../provider.ts'
import { endSession, sessionsOf, signOut, type UserSession } from '../sessions.ts'
import { type AdminCall, adminRoute, json, notFound, paged } from './call.ts'
import { clientOf } from './find-client.ts'
import { allUsers, userOf } from './people.ts'

const readUsers = ['view-users', 'manage-users']
const readClients = ['view-clients', 'manage-clients']

function shown({ id, user, grants }: UserSession) {
  const times = grants.map(({ grant }) => seconds(grant.created_at) * 1000)
  return {
    id,
    username: user.username,
    userId: user.user_id,
    ipAddress: '127.0.0.1',
    start: Math.min(...times),
    lastAccess: Math.max(...times),
    rememberMe: false,
    clients: Object.fromEntries(grants.map(({ client }) => [client.app.app_id, client.client_id])),
    transientUser: false,
  }
}

/** The sessions in which a client has a part. */
function ofClient(call: AdminCall, offline: boolean): UserSession[] {
  const { row } = clientOf(call)
  return sessionsOf(call.world).filter((one) => one.offline === offline && one.grants.some(({ client }) => client.row === row))
}

function statistics({ world }: AdminCall) {
  const all = sessionsOf(world)
  const clients = new Map(all.flatMap(({ grants }) => grants.map(({ client }) => [client.client_id, client] as const)))
  const count = (client_id: string, offline: boolean) =>
    String(all.filter((one) => one.offline === offline && one.grants.some(({ client }) => client.client_id === client_id)).length)
  return json(
    [...clients].map(([clientId, { app }]) => ({
      offline: count(clientId, true),
      clientId,
      active: count(clientId, false),
      id: app.app_id,
    })),
  )
}

/** What a user gave a client offline, as the API tells consents. */
function consents(call: AdminCall) {
  const user = userOf(call)
  const offline = sessionsOf(call.world, user.username).filter((one) => one.offline)
  const clients = new Set(offline.flatMap(({ grants }) => grants.map(({ client }) => client.client_id)))
  return json(
    [...clients].map((clientId) => ({ clientId, grantedClientScopes: [], additionalGrants: [{ client: clientId, key: 'Offline Token' }] })),
  )
}

/** Who is signed in, and signing out. */
export const sessionRoutes: readonly Route[] = [
  adminRoute('GET', '/users/:user/sessions', readUsers, (call) =>
    json(
      sessionsOf(call.world, userOf(call).username)
        .filter(({ offline }) => !offline)
        .map(shown),
    ),
  ),
  adminRoute('GET', '/users/:user/offline-sessions/:client', readUsers, (call) => {
    const { username } = userOf(call)
    return json(
      ofClient(call, true)
        .filter(({ user }) => user.username === username)
        .map(shown),
    )
  }),
  adminRoute('POST', '/users/:user/logout', ['manage-users'], (call) => {
    const user = userOf(call)
    signOut(call.world, user)
    call.realm.saveUser(user, { ...call.realm.user(user), notBefore: seconds(call.now) })
    return undefined
  }),
  adminRoute('GET', '/users/:user/consents', readUsers, consents),
  adminRoute('DELETE', '/users/:user/consents/:of', ['manage-users'], (call) => {
    const { username } = userOf(call)
    const named = sessionsOf(call.world, username).filter(
      (one) => one.offline && one.grants.some(({ client }) => client.client_id === call.part('of')),
    )
    if (named.length === 0)
      throw notFound('Consent nor offline token not found', `User '${username}' gave client '${call.part('of')}' nothing`)
    for (const session of named) endSession(call.world, session)
    return undefined
  }),
  adminRoute('GET', '/clients/:client/user-sessions', readClients, (call) =>
    json(paged(ofClient(call, false), call.request.query, 100).map(shown)),
  ),
  adminRoute('GET', '/clients/:client/offline-sessions', readClients, (call) =>
    json(paged(ofClient(call, true), call.request.query, 100).map(shown)),
  ),
  adminRoute('GET', '/clients/:client/session-count', readClients, (call) => json({ count: ofClient(call, false).length })),
  adminRoute('GET', '/clients/:client/offline-session-count', readClients, (call) => json({ count: ofClient(call, true).length })),
  adminRoute('GET', '/client-session-stats', ['view-realm', 'manage-realm'], statistics),
  adminRoute('DELETE', '/sessions/:session', ['manage-users'], (call) => {
    const offline = call.request.query.isOffline === 'true'
    const session = sessionsOf(call.world).find((one) => one.id === call.part('session') && one.offline === offline)
    // The vendor's own spelling.
    if (session === undefined) throw notFound('Sesssion not found', `There is no session '${call.part('session')}'`)
    endSession(call.world, session)
    return undefined
  }),
  adminRoute('POST', '/logout-all', ['manage-users'], (call) => {
    for (const user of allUsers(call)) signOut(call.world, user)
    return json({})
  }),
]
