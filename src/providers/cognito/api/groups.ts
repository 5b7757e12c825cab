import type { User } from '../../../oauth/model/records.ts'
import { groupsOf } from '../attributes.ts'
import { ApiError, notFound } from '../errors.ts'
import type { PoolCall, UserCall } from './admin-users.ts'
import type { Kinds } from './input.ts'
import type { Pool } from './pool.ts'
import { paged } from './user-filter.ts'

/** A group as it is kept; members carry it among their claims, so that the control API can put users into groups, too. */
interface Group {
  GroupName: string
  Description?: string
  RoleArn?: string
  Precedence?: number
  CreationDate: number
  LastModifiedDate: number
}

const list = 'groups'
const groupsIn = ({ world }: Pool) => world.documents.kind<Group>('cognito_group')

function allGroups(pool: Pool): Group[] {
  return groupsIn(pool)
    .list({ list, limit: 10_000 })
    .map(({ body }) => body)
    .reverse()
}

/** @throws ApiError ResourceNotFoundException */
function groupOf({ input, pool }: PoolCall): Group {
  const name = input.need('GroupName')
  const group = groupsIn(pool).get(name)
  if (group === undefined) throw notFound('Group not found.', `Pool ${pool.id} has no group '${name}'`)
  return group
}

const shown = (group: Group, { id }: Pool) => ({ ...group, UserPoolId: id })
const described: Kinds = { 'a string': ['Description', 'RoleArn'], 'a number': ['Precedence'] }

export function createGroup({ input, pool }: PoolCall) {
  const GroupName = input.need('GroupName')
  if (groupsIn(pool).get(GroupName) !== undefined) {
    throw new ApiError('GroupExistsException', 'A group with the name already exists.', `Pool ${pool.id} has a group '${GroupName}'`)
  }
  const now = pool.now / 1000
  const group = { GroupName, ...input.some(described), LastModifiedDate: now, CreationDate: now }
  groupsIn(pool).put(GroupName, group, { list, place: allGroups(pool).length + 1 })
  return { Group: shown(group, pool) }
}

export function updateGroup(call: PoolCall) {
  const { input, pool } = call
  const group = { ...groupOf(call), ...input.some(described), LastModifiedDate: pool.now / 1000 }
  const place = allGroups(pool).findIndex(({ GroupName }) => GroupName === group.GroupName) + 1
  groupsIn(pool).put(group.GroupName, group, { list, place })
  return { Group: shown(group, pool) }
}

export function getGroup(call: PoolCall) {
  return { Group: shown(groupOf(call), call.pool) }
}

export function deleteGroup(call: PoolCall) {
  const { GroupName } = groupOf(call)
  const { pool } = call
  for (const user of membersOf(GroupName, pool))
    saveGroups(
      user,
      namesOf(user).filter((one) => one !== GroupName),
      pool,
    )
  groupsIn(pool).delete(GroupName)
}

export function listGroups({ input, pool }: PoolCall) {
  const { items, next } = paged(allGroups(pool), input.number('Limit'), input.text('NextToken'))
  return { Groups: items.map((group) => shown(group, pool)), ...(next !== undefined && { NextToken: next }) }
}

function namesOf(user: User): readonly string[] {
  return groupsOf(user) ?? []
}

function membersOf(name: string, pool: Pool): User[] {
  return pool.allUsers().filter((user) => namesOf(user).includes(name))
}

export function listUsersInGroup(call: PoolCall) {
  const { GroupName } = groupOf(call)
  const { input, pool } = call
  const { items, next } = paged(membersOf(GroupName, pool), input.number('Limit'), input.text('NextToken'))
  return { Users: items.map((user) => pool.listed(user)), ...(next !== undefined && { NextToken: next }) }
}

export function adminAddUserToGroup(call: UserCall) {
  const { GroupName } = groupOf(call)
  saveGroups(call.user, [...new Set([...namesOf(call.user), GroupName])], call.pool)
  return {}
}

export function adminRemoveUserFromGroup(call: UserCall) {
  const { GroupName } = groupOf(call)
  saveGroups(
    call.user,
    namesOf(call.user).filter((one) => one !== GroupName),
    call.pool,
  )
  return {}
}

export function adminListGroupsForUser({ input, pool, user }: UserCall) {
  const names = namesOf(user)
  const groups = allGroups(pool).filter(({ GroupName }) => names.includes(GroupName))
  const { items, next } = paged(groups, input.number('Limit'), input.text('NextToken'))
  return { Groups: items.map((group) => shown(group, pool)), ...(next !== undefined && { NextToken: next }) }
}

/** What tokens tell of a user's groups: the one of the lowest precedence first, and the roles that they bring. */
function saveGroups(user: User, names: readonly string[], pool: Pool): void {
  const known = new Map(allGroups(pool).map((group) => [group.GroupName, group]))
  const precedence = (name: string) => known.get(name)?.Precedence ?? Number.MAX_SAFE_INTEGER
  const groups = names.toSorted((one, other) => precedence(one) - precedence(other))
  const roles = groups.flatMap((name) => known.get(name)?.RoleArn ?? [])
  const { 'cognito:groups': _groups, 'cognito:roles': _roles, 'cognito:preferred_role': _preferred, ...claims } = user.claims
  const told = {
    ...(groups.length > 0 && { 'cognito:groups': groups }),
    ...(roles.length > 0 && { 'cognito:roles': roles, 'cognito:preferred_role': roles[0] }),
  }
  pool.world.directory.updateUser({ ...user, claims: { ...claims, ...told } })
}
