import { given } from '../../../basics/given.ts'
import type { Documents } from '../../../oauth/model/documents.ts'
import type { ApiRequest, Route } from '../../provider.ts'
import { newUuid } from '../ids.ts'
import type { RealmData } from '../realm/data.ts'
import { type Members, members, text } from '../realm/members.ts'
import type { RealmSettings } from '../realm/representations.ts'
import { groupPath } from '../realm/roles.ts'
import { realmId } from '../realm/settings.ts'
import type { Administrator } from './access.ts'

/** What was known before it was done. */
interface Beforehand {
  settings: RealmSettings
  /** Of the user whom the path names. */
  username: string | undefined
}

/** What was asked of a realm, and done. */
interface Done {
  request: ApiRequest
  realm: RealmData
  body: Members
  items: readonly Members[]
  now: number
  method: Route['method']
  /** As it is registered. */
  path: string
  by: Administrator
  before: Beforehand
  answer: unknown
}

/** What an administrator changed. */
export interface AdminEvent {
  id: string
  time: number
  realmId: string
  authDetails: Administrator
  operationType: string
  resourceType: string
  resourcePath?: string | undefined
  representation?: string | undefined
  details?: Members | undefined
}

/** So many are kept of a realm. */
const most = 1000
/** Of the list of documents. */
const name = 'admin-events'

/** What a path is about: the first part that it has. */
const resourceTypes = [
  ['/protocol-mappers', 'PROTOCOL_MAPPER'],
  ['/role-mappings/realm', 'REALM_ROLE_MAPPING'],
  ['/role-mappings/clients', 'CLIENT_ROLE_MAPPING'],
  ['/scope-mappings/realm', 'REALM_SCOPE_MAPPING'],
  ['/scope-mappings/clients', 'CLIENT_SCOPE_MAPPING'],
  ['/users/:user/groups', 'GROUP_MEMBERSHIP'],
  ['/clients/:client/roles', 'CLIENT_ROLE'],
  ['/users', 'USER'],
  ['/groups', 'GROUP'],
  ['/roles', 'REALM_ROLE'],
  ['/client-scopes', 'CLIENT_SCOPE'],
  ['/clients', 'CLIENT'],
  ['/sessions', 'USER_SESSION'],
] as const

/** What makes no resource, changes none and deletes none. */
const action = /\/(reset-password|logout|logout-all|push-revocation|client-secret|[a-z-]+-email)$/

const operations = { GET: '', POST: 'CREATE', PUT: 'UPDATE', PATCH: 'UPDATE', DELETE: 'DELETE' } as const

const masked = '**********'

/** A body without what is secret. */
function shown({ credentials: _, secret, ...body }: Members): Members {
  return given({ ...body, secret: secret === undefined ? undefined : masked })
}

const kindIn = (documents: Documents) => documents.kind<AdminEvent>('admin-event')

/** The events of administrators that a realm has kept, newest first. */
export function adminEvents(documents: Documents): AdminEvent[] {
  return kindIn(documents)
    .list({ list: name, limit: most })
    .map(({ body }) => body)
}

/** Forgets them. */
export function forgetAdminEvents(documents: Documents): void {
  for (const { id } of adminEvents(documents)) kindIn(documents).delete(id)
}

/** The path below the realm's: of what was made, or of what was asked. */
function pathOf({ request, realm, answer }: Done): string {
  const { headers } = members(answer)
  const location = text(members(headers).Location) ?? request.context.transport?.urls()[0] ?? ''
  return decodeURIComponent(location.split('?')[0]?.split(`/admin/realms/${encodeURIComponent(realm.name)}/`)[1] ?? '')
}

/** A new role is told with its id. */
function madeRole({ realm, body, request: { params } }: Done): Members {
  const role = realm.roles.find(({ name, client }) => name === body.name && client === params.client)
  return given({ id: role?.id, ...body, composite: false })
}

/** What is told of what was done: what was sent, as the vendor completes it. */
function representationOf(done: Done, type: string): unknown {
  const { method, path, realm, body, items, answer, before } = done
  const { user, group: wanted } = done.request.params
  const made = text(members(members(answer).headers).Location)
    ?.split('/')
    .at(-1)
  if (type === 'USER' && method === 'DELETE') return { id: user, username: before.username }
  if (type === 'GROUP_MEMBERSHIP') {
    const group = realm.groups.find(({ id }) => id === wanted)
    const { id = '', name = '', attributes = {} } = group ?? {}
    return { id, name, path: groupPath(id, realm.groups), subGroups: [], attributes, realmRoles: [], clientRoles: {} }
  }
  if (path.endsWith('/client-secret')) return { type: 'secret', value: masked }
  if (type.endsWith('_ROLE_MAPPING')) return items.map((one) => ({ ...one, composite: one.composite ?? false }))
  if (method === 'DELETE' || action.test(path)) return undefined
  if (method === 'POST' && type.endsWith('_ROLE')) return madeRole(done)
  if (method === 'POST' && type === 'GROUP') return given({ id: made, ...body, subGroups: [] })
  if (method === 'POST' && type === 'CLIENT') return given({ id: made, ...shown(body) })
  return items.length > 0 ? items : shown(body)
}

/** Keeps what was done, where a realm keeps that. */
export function keepAdminEvent(documents: Documents, done: Done): void {
  const { realm, method, path, by, now, before } = done
  const { adminEventsEnabled, adminEventsDetailsEnabled } = before.settings
  const isRealmItself = path === '' && method === 'DELETE'
  if (adminEventsEnabled !== true || isRealmItself || /^\/(admin-)?events$/.test(path)) return
  const resourceType = resourceTypes.find(([part]) => path.includes(part))?.[1] ?? 'REALM'
  const isMember = resourceType === 'GROUP_MEMBERSHIP'
  const representation = adminEventsDetailsEnabled === true ? representationOf(done, resourceType) : undefined
  const event: AdminEvent = {
    id: newUuid(),
    time: now,
    realmId: realmId(realm),
    authDetails: by,
    operationType: action.test(path) ? 'ACTION' : isMember && method === 'PUT' ? 'CREATE' : operations[method],
    resourceType,
    resourcePath: pathOf(done) || undefined,
    representation: representation === undefined ? undefined : JSON.stringify(representation),
    details: isMember ? { username: before.username } : undefined,
  }
  const kind = kindIn(documents)
  kind.put(event.id, event, { list: name, place: event.time })
  const beyond = kind.list({ list: name, limit: most + 1 })[most]
  if (beyond !== undefined) kind.delete(beyond.key)
}
