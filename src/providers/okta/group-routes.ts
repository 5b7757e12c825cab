import { randomFrom } from '../../basics/random.ts'
import type { User } from '../../oauth/model/records.ts'
import { charactersOf } from '../data/alphabet.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { bodyOf, checkApiToken, empty, failure, isObject, iso, json, notThere, route, textIn } from './api.ts'
import { type Group, groupsIn } from './groups.ts'
import { userView } from './user-records.ts'

/** A group as the API shows one. */
export function groupView({ documents, base_url }: Pick<ApiRequest, 'documents' | 'base_url'>, id: string) {
  const group = groupsIn(documents).find(id)
  if (group === undefined) return undefined
  const created = iso(group.created)
  return {
    id,
    created,
    lastUpdated: created,
    lastMembershipUpdated: created,
    objectClass: ['okta:user_group'],
    type: group.type,
    profile: { name: group.name, description: group.description },
    _links: {
      users: { href: `${base_url}/api/v1/groups/${id}/users` },
      apps: { href: `${base_url}/api/v1/groups/${id}/apps` },
    },
  }
}

/** @throws OAuthError `E0000007` */
function groupNamed({ documents, params: { group = '' } }: ApiRequest): Group {
  const found = groupsIn(documents).find(group)
  if (found === undefined) throw notThere(group, 'UserGroup')
  return found
}

/** @throws OAuthError `E0000001` without a name, or with another group's */
function readGroup(request: ApiRequest, own?: string): Pick<Group, 'name' | 'description'> {
  const { profile } = bodyOf(request)
  const name = isObject(profile) ? textIn(profile, 'name') : undefined
  if (name === undefined)
    throw failure('E0000001', 'profile.name is missing', { what: 'name', causes: ['name: The field cannot be left blank'] })
  if (
    groupsIn(request.documents)
      .list()
      .some(({ key, body }) => body.name === name && key !== own)
  ) {
    const causes = ['name: An object with this field already exists in the current organization']
    throw failure('E0000001', `There is a group '${name}' already`, { what: 'name', causes })
  }
  return { name, description: (isObject(profile) ? textIn(profile, 'description') : undefined) ?? null }
}

function list(request: ApiRequest): Reply {
  const { q = '', search, filter } = request.query
  const [, wanted] = /profile\.name\s+eq\s+"([^"]*)"/.exec(search ?? filter ?? '') ?? []
  const groups = groupsIn(request.documents).list()
  const found = groups.filter(
    ({ body }) => body.name.toLowerCase().startsWith(q.toLowerCase()) && (wanted === undefined || body.name === wanted),
  )
  return json(found.reverse().map(({ key }) => groupView(request, key)))
}

function create(request: ApiRequest): Reply {
  const id = `00g${randomFrom(charactersOf('letters_digits'), 17)}`
  groupsIn(request.documents).save(id, { ...readGroup(request), type: 'OKTA_GROUP', created: request.context.realm.clock.now() })
  return json(groupView(request, id))
}

/** The vendor's own group stays as it is. @throws OAuthError `E0000006` */
function changeable(group: Group): void {
  if (group.type === 'BUILT_IN') throw failure('E0000006', `Group '${group.name}' is the vendor's own`)
}

function memberOf({ context, params: { user = '' } }: ApiRequest): User {
  const found = context.realm.store.findUserById(user)
  if (found === undefined) throw notThere(user, 'User')
  return found
}

function ofGroup(method: Route['method'], path: string, handle: (request: ApiRequest, id: string, group: Group) => Reply): Route {
  return call(method, (request) => handle(request, request.params.group ?? '', groupNamed(request)), `/:group${path}`)
}

function call(method: Route['method'], handle: (request: ApiRequest) => Reply, path = ''): Route {
  return route(method, `/api/v1/groups${path}`, (request) => {
    checkApiToken(request)
    return handle(request)
  })
}

/** Groups and who is in them. */
export const groupRoutes: readonly Route[] = [
  call('GET', list),
  call('POST', create),
  ofGroup('GET', '', (request, id) => json(groupView(request, id))),
  ofGroup('PUT', '', (request, id, group) => {
    changeable(group)
    groupsIn(request.documents).save(id, { ...group, ...readGroup(request, id) })
    return json(groupView(request, id))
  }),
  ofGroup('DELETE', '', ({ documents }, id, group) => {
    changeable(group)
    groupsIn(documents).delete(id)
    return empty
  }),
  ofGroup('GET', '/users', (request, id, group) => {
    const { store } = request.context.realm
    const members = groupsIn(request.documents)
      .membersOf(id)
      .flatMap((user_id) => store.findUserById(user_id) ?? [])
    const users = group.type === 'BUILT_IN' ? request.directory.listUsers({ limit: 1000 }) : members
    return json(users.map((user) => userView(request, user)))
  }),
  ofGroup('PUT', '/users/:user', (request, id, group) => {
    changeable(group)
    groupsIn(request.documents).add(id, memberOf(request))
    return empty
  }),
  ofGroup('DELETE', '/users/:user', (request, id, group) => {
    changeable(group)
    groupsIn(request.documents).remove(id, memberOf(request))
    return empty
  }),
]
