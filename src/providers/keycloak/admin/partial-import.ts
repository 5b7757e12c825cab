import type { Route } from '../../provider.ts'
import { newUuid } from '../ids.ts'
import { list, type Members, members, text } from '../realm/members.ts'
import type { Role } from '../realm/representations.ts'
import { type AdminCall, adminRoute, conflict, json } from './call.ts'
import { createClient } from './clients.ts'
import { createUser } from './users.ts'

interface Result {
  action: 'ADDED' | 'SKIPPED' | 'OVERWRITTEN'
  resourceType: string
  resourceName: string
  id: string
}

/** One kind of what is imported: what is there of a name, how it goes, how it is made. */
interface Kind {
  type: string
  items: readonly Members[]
  nameOf(item: Members): string
  find(name: string): string | undefined
  taken(name: string): string
  remove(id: string): void
  make(item: Members): string
}

function kinds(call: AdminCall): Kind[] {
  const { body, world, realm } = call
  const roles = members(body.roles)
  return [
    {
      type: 'CLIENT',
      items: list(body.clients),
      nameOf: ({ clientId }) => text(clientId) ?? '',
      find: (name) => world.store.findClient(name)?.app.app_id,
      taken: (name) => `Client id ${name} already exists.`,
      remove(id) {
        const app = world.directory.findApp(id)
        if (app !== undefined) world.directory.deleteApp(app)
      },
      make: (item) => createClient(call, item).app.app_id,
    },
    {
      type: 'REALM_ROLE',
      items: list(roles.realm),
      nameOf: ({ name }) => text(name) ?? '',
      find: (name) => realm.roles.find((one) => one.client === undefined && one.name === name)?.id,
      taken: (name) => `Realm role '${name}' already exists.`,
      remove(id) {
        realm.roles = realm.roles.filter((one) => one.id !== id)
      },
      make({ name, description }) {
        const role: Role = { id: newUuid(), name: text(name) ?? '', description: text(description) }
        realm.roles = [...realm.roles, role]
        return role.id
      },
    },
    {
      type: 'GROUP',
      items: list(body.groups),
      nameOf: ({ name }) => text(name) ?? '',
      find: (name) => realm.groups.find((one) => one.parent === undefined && one.name === name)?.id,
      taken: (name) => `Group '/${name}' already exists`,
      remove(id) {
        realm.groups = realm.groups.filter((one) => one.id !== id)
      },
      make({ name }) {
        const group = { id: newUuid(), name: text(name) ?? '', roles: [] }
        realm.groups = [...realm.groups, group]
        return group.id
      },
    },
    {
      type: 'USER',
      items: list(body.users),
      nameOf: ({ username }) => text(username) ?? '',
      find: (name) => world.store.findUser(name)?.user_id,
      taken: (name) => `User with user name ${name} already exists.`,
      remove(id) {
        const user = world.store.findUserById(id)
        if (user !== undefined) world.directory.deleteUser(user)
      },
      make: (item) => createUser(call, item).user_id,
    },
  ]
}

function importAll(call: AdminCall): Result[] {
  const policy = text(call.body.ifResourceExists) ?? 'FAIL'
  const results: Result[] = []
  for (const { type, items, nameOf, find, taken, remove, make } of kinds(call)) {
    for (const item of items) {
      const resourceName = nameOf(item)
      const there = find(resourceName)
      if (there !== undefined && policy === 'FAIL') throw conflict(taken(resourceName))
      if (there !== undefined && policy === 'SKIP') {
        results.push({ action: 'SKIPPED', resourceType: type, resourceName, id: there })
        continue
      }
      if (there !== undefined) remove(there)
      results.push({ action: there === undefined ? 'ADDED' : 'OVERWRITTEN', resourceType: type, resourceName, id: make(item) })
    }
  }
  return results
}

/** Users, clients, roles and groups on top of what a realm has. */
export const partialImportRoutes: readonly Route[] = [
  adminRoute('POST', '/partialImport', ['manage-realm'], (call) => {
    const results = importAll(call)
    const count = (action: Result['action']) => results.filter((one) => one.action === action).length
    return json({ overwritten: count('OVERWRITTEN'), added: count('ADDED'), skipped: count('SKIPPED'), results })
  }),
]
