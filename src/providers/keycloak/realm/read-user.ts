import { newSecret, newUuid } from '../ids.ts'
import type { ClientRecord } from './client-record.ts'
import { flag, list, listsByName, type Members, text, texts } from './members.ts'
import type { Group, Role, UserData } from './representations.ts'
import { roleIds } from './role-names.ts'
import { groupPath } from './roles.ts'

/** A user as our own record has him, and what the vendor knows beyond it. */
export interface ReadUser {
  user: {
    user_id: string
    username: string
    /** One that nobody knows, for a user without any. */
    password: string
    first_name: string
    last_name: string
    email: string | null
    disabled: boolean
    created_at?: number
  }
  data: UserData
  /** Whose service account it is. */
  serviceAccountClientId?: string | undefined
}

interface Surroundings {
  realm: string
  roles: readonly Role[]
  groups: readonly Group[]
  clients: readonly { record: ClientRecord }[]
}

/** The password among a user's credentials. */
export function passwordIn(said: Members): Members | undefined {
  return list(said.credentials).find(({ type }) => type === undefined || type === 'password')
}

/** The authenticator apps among a user's credentials. */
function appsIn(said: Members): NonNullable<UserData['otp']> {
  return list(said.credentials).flatMap(({ id, type, secretData, userLabel, createdDate }) => {
    const secret = type === 'otp' ? /"value" *: *"([^"]+)"/.exec(text(secretData) ?? '')?.[1] : undefined
    if (secret === undefined) return []
    const made = typeof createdDate === 'number' ? createdDate : 0
    return { id: text(id) ?? newUuid(), secret, userLabel: text(userLabel) ?? '', createdDate: made, used: 0 }
  })
}

/** A user of a realm's representation. */
export function readUser(said: Members, { roles, groups, clients }: Surroundings): ReadUser {
  const password = passwordIn(said)
  const temporary = flag(password?.temporary) === true
  const otp = appsIn(said)
  const paths = texts(said.groups) ?? []
  const created_at = typeof said.createdTimestamp === 'number' ? { created_at: said.createdTimestamp } : {}
  return {
    user: {
      user_id: text(said.id) ?? newUuid(),
      username: (text(said.username) ?? '').toLowerCase(),
      password: text(password?.value) ?? newSecret(),
      first_name: text(said.firstName) ?? '',
      last_name: text(said.lastName) ?? '',
      email: text(said.email) ?? null,
      disabled: flag(said.enabled) === false,
      ...created_at,
    },
    data: {
      emailVerified: flag(said.emailVerified) ?? false,
      attributes: listsByName(said.attributes),
      requiredActions: [...new Set([...(texts(said.requiredActions) ?? []), ...(temporary ? ['UPDATE_PASSWORD'] : [])])],
      roles: roleIds(said, roles, clients),
      groups: groups.filter(({ id }) => paths.includes(groupPath(id, groups))).map(({ id }) => id),
      ...(password === undefined ? {} : { password: { id: newUuid(), createdDate: 0, temporary } }),
      ...(otp.length === 0 ? {} : { otp }),
    },
    serviceAccountClientId: text(said.serviceAccountClientId),
  }
}
