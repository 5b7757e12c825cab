import type { User } from '../../oauth/model/records.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { bodyOf, checkApiToken, empty, failure, isObject, json, route, textIn } from './api.ts'
import { groupView } from './group-routes.ts'
import { groupsIn } from './groups.ts'
import {
  checkLogin,
  checkPolicy,
  createUser,
  keepRecord,
  readUser,
  recordOf,
  setStatus,
  statusOf,
  type UserStatus,
  type UserView,
  userNamed,
  userView,
} from './user-records.ts'

/** What a query may compare: `profile.login eq "x"`, `status eq "ACTIVE"`, `profile.lastName sw "S"`. */
const comparison = /^\s*(id|status|profile\.\w+)\s+(eq|sw)\s+"([^"]*)"\s*$/

/** @throws OAuthError `E0000031` for what cannot be read */
function matches(view: UserView, query: string): boolean {
  return query.split(/\sor\s/i).some((alternative) =>
    alternative.split(/\sand\s/i).every((one) => {
      const [, name = '', operator, wanted = ''] = comparison.exec(one.trim().replace(/^\(/, '').replace(/\)$/, '')) ?? []
      if (operator === undefined) throw failure('E0000031', `'${one}' is no comparison such as profile.login eq "x"`)
      const field = name.startsWith('profile.') ? (view.profile as Record<string, unknown>)[name.slice(8)] : view[name as 'id' | 'status']
      const value = String(field ?? '').toLowerCase()
      return operator === 'eq' ? value === wanted.toLowerCase() : value.startsWith(wanted.toLowerCase())
    }),
  )
}

const most = 200

function listUsers(request: ApiRequest): Reply {
  const { directory, query, base_url } = request
  const { q, search, filter, limit, after = '0' } = query
  const wanted = Math.min(Number(limit ?? most) || most, most)
  const compare = search ?? filter
  const users = directory.listUsers({ limit: 10_000, ...(q !== undefined && { search: q }) })
  const found = users
    .map((user) => ({ user, view: userView(request, user) }))
    .filter(({ view }) => (compare === undefined ? view.status !== 'DEPROVISIONED' : matches(view, compare)))
    .filter(({ user }) => user.row > Number(after))
  const page = found.slice(0, wanted)
  const last = page.at(-1)
  const self = `<${base_url}/api/v1/users?limit=${wanted}>; rel="self"`
  const next =
    last !== undefined && found.length > wanted ? `, <${base_url}/api/v1/users?after=${last.user.row}&limit=${wanted}>; rel="next"` : ''
  return json(
    page.map(({ view }) => view),
    200,
    { Link: self + next },
  )
}

function create(request: ApiRequest): Reply {
  const { documents, query } = request
  const body = bodyOf(request)
  const user = createUser(request, query.activate === 'false' ? 'STAGED' : 'ACTIVE')
  const groups = groupsIn(documents)
  for (const id of Array.isArray(body.groupIds) ? body.groupIds.map(String) : []) groups.add(id, user)
  return json(userView(request, user))
}

/** @param partial whether what is not said stays */
function update(request: ApiRequest, user: User, partial: boolean): Reply {
  const { directory, documents, context } = request
  const { user: said, rest, password, recovery } = readUser(request)
  if (said.username !== undefined) checkLogin(request, said.username, user)
  if (password !== undefined) checkPolicy(password, said.username ?? user.username)
  const changed = { ...user, ...said, ...(password !== undefined && { password }) }
  directory.updateUser(changed)
  const { profile = {} } = recordOf(documents, user)
  const kept = partial ? { ...profile, ...rest } : rest
  const passwordSet = password !== undefined && { password_changed: context.realm.clock.now() }
  keepRecord(documents, user, { profile: kept, ...passwordSet, ...(recovery && { recovery }) })
  return json(userView(request, changed))
}

/** An active user is deactivated first, and deleted by a second call. */
function remove(request: ApiRequest, user: User): Reply {
  const { directory, documents } = request
  if (statusOf(documents, user) === 'DEPROVISIONED') directory.deleteUser(user)
  else setStatus(request, user, 'DEPROVISIONED')
  return empty
}

const lifecycle: Readonly<Record<string, UserStatus>> = {
  activate: 'ACTIVE',
  reactivate: 'ACTIVE',
  deactivate: 'DEPROVISIONED',
  suspend: 'SUSPENDED',
  unsuspend: 'ACTIVE',
  unlock: 'ACTIVE',
  expire_password: 'PASSWORD_EXPIRED',
}

function change(request: ApiRequest, user: User): Reply {
  const { params, documents } = request
  const { what = '' } = params
  const status = Object.hasOwn(lifecycle, what) ? lifecycle[what] : undefined
  if (status === undefined) throw failure('E0000007', `There is no lifecycle operation '${what}'`, { what: `${what} (Lifecycle)` })
  if (what === 'activate' && statusOf(documents, user) === 'ACTIVE') throw failure('E0000016', `User '${user.username}' is active already`)
  setStatus(request, user, status)
  return json(what === 'expire_password' ? userView(request, user) : {})
}

function changePassword(request: ApiRequest, user: User): Reply {
  const { directory, documents, context } = request
  const body = bodyOf(request)
  const value = (name: string) => (isObject(body[name]) ? textIn(body[name], 'value') : undefined)
  const password = value('newPassword') ?? ''
  if (value('oldPassword') !== (user.password ?? context.realm.company)) {
    throw failure('E0000014', 'oldPassword is not the password of the user', { causes: ['Old Password is not correct'] })
  }
  checkPolicy(password, user.username, 'E0000014')
  directory.updateUser({ ...user, password })
  keepRecord(documents, user, { status: 'ACTIVE', password_changed: context.realm.clock.now() })
  return json({ password: {}, provider: { type: 'OKTA', name: 'OKTA' } })
}

/** With the API token, and of himself for whoever is signed in. */
function call(method: Route['method'], path: string, handle: (request: ApiRequest) => Reply): Route {
  return route(method, `/api/v1/users${path}`, (request) => {
    const session = request.authorization === undefined ? request.browser.session() : undefined
    if (session === undefined) checkApiToken(request)
    else if (!['me', session.user.user_id, session.user.username].includes(request.params.id ?? '')) {
      throw failure('E0000006', `User '${session.user.username}' is signed in, who may see and change himself alone`)
    }
    return handle(request)
  })
}

const ofUser = (method: Route['method'], path: string, handle: (request: ApiRequest, user: User) => Reply) =>
  call(method, `/:id${path}`, (request) => handle(request, userNamed(request)))

/** Users, as tests make and change them. */
export const userRoutes: readonly Route[] = [
  call('GET', '', listUsers),
  call('POST', '', create),
  ofUser('GET', '', (request, user) => json(userView(request, user))),
  ofUser('POST', '', (request, user) => update(request, user, true)),
  ofUser('PUT', '', (request, user) => update(request, user, false)),
  ofUser('DELETE', '', remove),
  ofUser('POST', '/lifecycle/:what', change),
  ofUser('POST', '/credentials/change_password', changePassword),
  ofUser('GET', '/groups', (request, user) => {
    const groups = groupsIn(request.documents)
    return json(groups.idsOf(user).flatMap((id) => groupView(request, id) ?? []))
  }),
]
