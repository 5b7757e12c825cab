import { given } from '../../../basics/given.ts'
import type { Documents } from '../../../oauth/model/documents.ts'
import type { ApiRequest, Route } from '../../provider.ts'
import { newUuid } from '../ids.ts'
import type { RealmData } from '../realm/data.ts'
import { type Members, members, text } from '../realm/members.ts'
import type { RealmSettings } from '../realm/representations.ts'
import { realmId } from '../realm/settings.ts'
import type { Administrator } from './access.ts'

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
  /** The realm's, before it was done. */
  before: RealmSettings
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
  resourcePath: string
  representation?: string | undefined
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

/** A body without what is secret. */
function shown(said: Members | readonly Members[]): unknown {
  if (Array.isArray(said)) return said
  const { credentials: _, secret, ...body } = members(said)
  return given({ ...body, secret: secret === undefined ? undefined : '**********' })
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

/** Keeps what was done, where a realm keeps that. */
export function keepAdminEvent(documents: Documents, done: Done): void {
  const { realm, method, path, by, body, items, now, before } = done
  const { adminEventsEnabled, adminEventsDetailsEnabled } = before
  const isRealmItself = path === '' && method === 'DELETE'
  if (adminEventsEnabled !== true || isRealmItself || /^\/(admin-)?events$/.test(path)) return
  const resourceType = resourceTypes.find(([part]) => path.includes(part))?.[1] ?? 'REALM'
  const isNew = method === 'POST' && resourceType.endsWith('_ROLE')
  const told = isNew ? madeRole(done) : items.length > 0 ? items : body
  const hasBody = method !== 'DELETE' && !action.test(path) && Object.keys(told).length > 0
  const event: AdminEvent = {
    id: newUuid(),
    time: now,
    realmId: realmId(realm),
    authDetails: by,
    operationType: action.test(path) ? 'ACTION' : operations[method],
    resourceType,
    resourcePath: pathOf(done),
    ...(adminEventsDetailsEnabled === true && hasBody ? { representation: JSON.stringify(shown(told)) } : {}),
  }
  const kind = kindIn(documents)
  kind.put(event.id, event, { list: name, place: event.time })
  const beyond = kind.list({ list: name, limit: most + 1 })[most]
  if (beyond !== undefined) kind.delete(beyond.key)
}
