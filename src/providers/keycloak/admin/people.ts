import type { Client, User } from '../../../oauth/model/records.ts'
import { serviceAccountId } from '../realm/data.ts'
import type { Attributes, Group } from '../realm/representations.ts'
import { type AdminCall, notFound } from './call.ts'

/** A user, or the service account of a client: what both have in common. */
export interface Person {
  id: string
  username: string
  user?: User
  client?: Client
  roles: readonly string[]
  groups: readonly string[]
  attributes: Attributes
}

/** Whoever has an id. @throws OAuthError 404 */
export function personOf(call: AdminCall, id = call.part('user')): Person {
  const person = findPerson(call, id)
  if (person === undefined) throw notFound('User not found', `Realm '${call.realm.name}' has no user with the id '${id}'`)
  return person
}

function findPerson({ world, realm }: AdminCall, id: string): Person | undefined {
  const user = world.store.findUserById(id)
  if (user !== undefined) {
    const { roles, groups, attributes } = realm.user(user)
    return { id, username: user.username, user, roles, groups, attributes }
  }
  const client = world.directory.listClients().find((one) => serviceAccountId(one) === id && realm.client(one).serviceAccountsEnabled)
  return client && serviceAccountOf(client, realm)
}

/** The service account of a client. */
export function serviceAccountOf(client: Client, realm: AdminCall['realm']): Person {
  const {
    roles,
    groups = [],
    attributes = {},
  } = realm.client(client).serviceAccount ?? { roles: realm.defaultRole === undefined ? [] : [realm.defaultRole.id] }
  return { id: serviceAccountId(client), username: `service-account-${client.client_id}`, client, roles, groups, attributes }
}

/** The user of an id, who is no service account. @throws OAuthError 404 */
export function userOf(call: AdminCall): User {
  const { user } = personOf(call)
  if (user === undefined) throw notFound('User not found', 'It is the service account of a client')
  return user
}

/** Gives a person other roles or groups. */
export function savePerson(
  { realm }: AdminCall,
  { user, client }: Person,
  change: { roles?: readonly string[]; groups?: readonly string[] },
): void {
  if (user !== undefined) realm.saveUser(user, { ...realm.user(user), ...change })
  else if (client !== undefined) {
    const data = realm.client(client)
    const { roles, ...before } = data.serviceAccount ?? serviceAccountOf(client, realm)
    realm.saveClient(client, { ...data, serviceAccount: { ...before, roles, ...change } })
  }
}

/** Every user of a realm, by username. */
export function allUsers({ world }: AdminCall): User[] {
  const users = world.directory.listUsers({ limit: Number.MAX_SAFE_INTEGER })
  return users.toSorted((one, other) => (one.username < other.username ? -1 : 1))
}

/** Who is in a group. */
export function membersOf(call: AdminCall, { id }: Group): User[] {
  return allUsers(call).filter((user) => call.realm.user(user).groups.includes(id))
}
