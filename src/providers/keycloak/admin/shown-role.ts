import { given } from '../../../basics/given.ts'
import type { RealmData } from '../realm/data.ts'
import { type Members, text } from '../realm/members.ts'
import type { Role } from '../realm/representations.ts'
import { realmId } from '../realm/settings.ts'
import { notFound } from './call.ts'

/** A role as the API shows it. @param full with its attributes */
export function shownRole({ id, name, description, client, composites = [], attributes = {} }: Role, realm: RealmData, full = false) {
  return given({
    id,
    name,
    description,
    composite: composites.length > 0,
    clientRole: client !== undefined,
    containerId: client ?? realmId(realm),
    attributes: full ? attributes : undefined,
  })
}

/** The roles that a body names, by id or by name. @throws OAuthError 404 */
export function namedRoles(items: readonly Members[], realm: RealmData, client: string | undefined, everywhere = false): Role[] {
  return items.map(({ id, name }) => {
    const role = realm.roles.find(
      (one) => (everywhere || one.client === client) && (one.id === id || (text(id) === undefined && one.name === name)),
    )
    if (role === undefined)
      throw notFound(everywhere ? 'Could not find composite role' : 'Role not found', `There is no role ${String(name ?? id)}`)
    return role
  })
}
