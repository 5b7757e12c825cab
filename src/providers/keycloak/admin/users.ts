import { fitsGlob } from '../../../basics/glob.ts'
import { blankUser, TakenError } from '../../../oauth/model/directory.ts'
import { OAuthError } from '../../../oauth/model/errors.ts'
import type { User } from '../../../oauth/model/records.ts'
import type { Route } from '../../provider.ts'
import { newSecret, newUuid } from '../ids.ts'
import { flag, listsByName, type Members, text, texts } from '../realm/members.ts'
import { passwordIn } from '../realm/read-user.ts'
import type { UserData } from '../realm/representations.ts'
import { groupPath } from '../realm/roles.ts'
import { type AdminCall, adminRoute, bad, conflict, created, json, paged } from './call.ts'
import { allUsers, personOf, userOf } from './people.ts'
import { listAccess, profiled, shownServiceAccount, shownUser } from './shown-user.ts'
import { profileOf } from './user-profile.ts'

const read = ['view-users', 'manage-users', 'query-users']
const write = ['manage-users']

/** Members that a user's representation may have. */
const known = new Set([
  ...[
    'id',
    'username',
    'firstName',
    'lastName',
    'email',
    'emailVerified',
    'attributes',
    'userProfileMetadata',
    'enabled',
    'self',
    'origin',
  ],
  ...[
    'createdTimestamp',
    'totp',
    'federationLink',
    'serviceAccountClientId',
    'credentials',
    'disableableCredentialTypes',
    'requiredActions',
  ],
  ...[
    'federatedIdentities',
    'realmRoles',
    'clientRoles',
    'clientConsents',
    'notBefore',
    'applicationRoles',
    'socialLinks',
    'groups',
    'access',
  ],
])

function checkKnown(body: Members): void {
  const names = Object.keys(body)
  const unknown = names.find((name) => !known.has(name))
  if (unknown === undefined) return
  // As far as the real one has read then, in JSON without blanks.
  const column = JSON.stringify(body, names.slice(0, names.indexOf(unknown) + 1)).length
  throw bad(`Invalid json representation for UserRepresentation. Unrecognized field "${unknown}" at line 1 column ${column}.`, 'error')
}

function checkEmail(email: string | null): void {
  if (email === null || /^[^@\s]+@[^@\s]+$/.test(email)) return
  throw new OAuthError('invalid_request', 'error-invalid-email').naming({ field: 'email', value: email })
}

/** Nobody else may have a name or an address. */
function checkFree({ world }: AdminCall, { username, email }: { username: string; email: string | null }, own?: User): void {
  const namesake = world.store.findUser(username)
  if (namesake !== undefined && namesake.row !== own?.row) throw conflict('User exists with same username')
  const sharing = email === null ? undefined : world.store.findUserByEmail(email)
  if (sharing !== undefined && sharing.row !== own?.row) throw conflict('User exists with same email')
}

/** Makes a user of a representation. @throws OAuthError 400 or 409 in the vendor's words */
export function createUser(call: AdminCall, body: Members): User {
  const { world, realm, now } = call
  checkKnown(body)
  const username = (text(body.username) ?? '').trim().toLowerCase()
  if (username === '') throw bad('User name is missing')
  const email = text(body.email)?.toLowerCase() || null
  checkEmail(email)
  checkFree(call, { username, email })
  const password = passwordIn(body)
  const apps = world.directory.listApps()
  const [user] = world.directory.createUsers([
    {
      ...blankUser,
      user_id: newUuid(),
      username,
      password: text(password?.value) ?? newSecret(),
      first_name: text(body.firstName) ?? '',
      last_name: text(body.lastName) ?? '',
      email,
      disabled: flag(body.enabled) !== true,
      created_at: now,
      apps,
    },
  ])
  if (user === undefined) throw new OAuthError('server_error', 'unknown_error')
  const temporary = flag(password?.temporary) === true
  const paths = texts(body.groups) ?? []
  realm.saveUser(user, {
    emailVerified: flag(body.emailVerified) ?? false,
    attributes: profiled(listsByName(body.attributes), realm),
    requiredActions: [...new Set([...(texts(body.requiredActions) ?? []), ...(temporary ? ['UPDATE_PASSWORD'] : [])])],
    roles: realm.defaultRole === undefined ? [] : [realm.defaultRole.id],
    groups: realm.groups.filter(({ id }) => paths.includes(groupPath(id, realm.groups))).map(({ id }) => id),
    ...(password === undefined ? {} : { password: { id: newUuid(), createdDate: now, temporary } }),
  })
  return user
}

/** Without attributes what is not said stays; with them it goes. */
function update(call: AdminCall): undefined {
  const { world, realm, body } = call
  const user = userOf(call)
  checkKnown(body)
  const before = realm.user(user)
  const all = body.attributes !== undefined
  const kept = (name: string, was: string) => text(body[name]) ?? (all ? '' : was)
  const username = (text(body.username) ?? user.username).toLowerCase()
  if (username !== user.username && realm.settings.editUsernameAllowed !== true) throw readOnly('username')
  const email = kept('email', user.email ?? '').toLowerCase() || null
  checkEmail(email)
  checkFree(call, { username, email }, user)
  const password = passwordIn(body)
  try {
    world.directory.updateUser({
      ...user,
      username,
      email,
      first_name: kept('firstName', user.first_name),
      last_name: kept('lastName', user.last_name),
      disabled: flag(body.enabled) === undefined ? user.disabled : body.enabled !== true,
      ...(text(password?.value) === undefined ? {} : { password: text(password?.value) ?? null }),
    })
  } catch (error) {
    if (error instanceof TakenError) throw conflict('User exists with same username')
    throw error
  }
  const data: UserData = {
    ...before,
    emailVerified: flag(body.emailVerified) ?? before.emailVerified,
    attributes: all ? profiled(listsByName(body.attributes), realm) : before.attributes,
    requiredActions: texts(body.requiredActions) ?? before.requiredActions,
  }
  realm.saveUser({ ...user, username }, data)
  return undefined
}

function readOnly(field: string): OAuthError {
  return new OAuthError('invalid_request', 'error-user-attribute-read-only').naming({ field })
}

/** Users whom a query asks for. */
function matching(call: AdminCall): User[] {
  const { realm, request } = call
  const { search, exact, username, email, firstName, lastName, enabled, emailVerified, q } = request.query
  const like = (value: string, wanted: string | undefined) =>
    wanted === undefined ||
    (exact === 'true' ? value.toLowerCase() === wanted.toLowerCase() : value.toLowerCase().includes(wanted.toLowerCase()))
  const wantedAttributes = (q ?? '').split(' ').flatMap((pair) => (pair.includes(':') ? [pair.split(':')] : []))
  return allUsers(call).filter((user) => {
    const data = realm.user(user)
    const { attributes } = data
    return (
      (search === undefined || found(user, search)) &&
      like(user.username, username) &&
      like(user.email ?? '', email) &&
      like(user.first_name, firstName) &&
      like(user.last_name, lastName) &&
      (enabled === undefined || String(!user.disabled) === enabled) &&
      (emailVerified === undefined || String(data.emailVerified) === emailVerified) &&
      wantedAttributes.every(([name = '', value = '']) => attributes[name]?.includes(value) === true)
    )
  })
}

/** `*` stands for anything, and quotation marks for the whole; else each word is how something begins. */
function found({ username, first_name, last_name, email, user_id }: User, search: string): boolean {
  if (search.startsWith('id:')) return search.slice(3).trim().split(/\s+/).includes(user_id)
  const values = [username, first_name, last_name, email ?? ''].map((one) => one.toLowerCase())
  return search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .every((word) => {
      const quoted = /^"(.*)"$/.exec(word)?.[1]
      if (quoted !== undefined) return values.includes(quoted)
      return values.some((one) => fitsGlob(`${word}*`, one))
    })
}

/** Users. */
export const userRoutes: readonly Route[] = [
  adminRoute('GET', '/users', read, (call) => {
    const { query } = call.request
    const brief = query.briefRepresentation === 'true'
    return json(paged(matching(call), query, 100).map((user) => shownUser(user, call.realm, listAccess, brief)))
  }),
  adminRoute('GET', '/users/count', read, (call) => json(matching(call).length)),
  adminRoute('GET', '/users/profile', read, ({ realm }) => json(profileOf(realm.settings.userProfile))),
  adminRoute('PUT', '/users/profile', ['manage-realm'], ({ realm, body }) => {
    realm.settings = { ...realm.settings, userProfile: body }
    return json(profileOf(body))
  }),
  adminRoute('POST', '/users', write, (call) => {
    const { user_id } = createUser(call, call.body)
    return created(call, `/admin/realms/${encodeURIComponent(call.realm.name)}/users/${user_id}`)
  }),
  adminRoute('GET', '/users/:user', read, (call) => {
    const person = personOf(call)
    return json(person.user === undefined ? shownServiceAccount(person) : shownUser(person.user, call.realm))
  }),
  adminRoute('PUT', '/users/:user', write, update),
  adminRoute('DELETE', '/users/:user', write, (call) => {
    call.world.directory.deleteUser(userOf(call))
    return undefined
  }),
  adminRoute('GET', '/users/:user/unmanagedAttributes', read, (call) => {
    const { attributes } = personOf(call)
    const managed = profiled(attributes, call.realm)
    return json(Object.fromEntries(Object.entries(attributes).filter(([name]) => !(name in managed))))
  }),
  adminRoute('GET', '/users/:user/federated-identity', read, (call) => json(call.realm.user(userOf(call)).federatedIdentities ?? [])),
  adminRoute('GET', '/users/:user/configured-user-storage-credential-types', read, () => json([])),
]
