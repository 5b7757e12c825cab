import type { ClientRecord } from './client-record.ts'
import { type Members, members, texts } from './members.ts'
import type { Role } from './representations.ts'

/** The ids of roles that are told by name, of the realm and of clients. */
export function roleIds(said: Members, roles: readonly Role[], clients: readonly { record: ClientRecord }[]): string[] {
  const find = (name: string, client?: string) => roles.find((one) => one.name === name && one.client === client)?.id
  const uuidFor = (client_id: string) => clients.find(({ record }) => record.clientId === client_id)?.record.id
  const ids = [
    ...(texts(said.realmRoles) ?? []).map((name) => find(name)),
    ...Object.entries(members(said.clientRoles)).flatMap(([client_id, names]) =>
      (texts(names) ?? []).map((name) => find(name, uuidFor(client_id) ?? client_id)),
    ),
  ]
  return ids.filter((id) => id !== undefined)
}
