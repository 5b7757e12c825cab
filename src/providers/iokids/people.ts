import type { User } from '../../oauth/model/records.ts'
import type { Relation } from '../social.ts'
import type { Call } from './authorized.ts'
import { imageIdOf } from './drawings.ts'

/** By id, or by username in any letter case. */
export function personNamed({ context }: Call, name: string): User | undefined {
  const { store } = context.realm
  return store.findUserById(name) ?? store.findUser(name)
}

export function isKid(user: Pick<User, 'type'>): boolean {
  return user.type === 'kid'
}

/** Whether one may know of the other's doings: friends may, but a kid and an adult only within the family. */
export function areFriends(viewer: User, other: Pick<User, 'type'>, relation: Relation): boolean {
  return relation.friend && isKid(viewer) === isKid(other)
}

/** A user as others see him. */
export function summary(user: User) {
  return {
    id: user.user_id,
    username: user.username,
    first_name: user.first_name,
    type: isKid(user) ? 'kid' : 'parent',
    image_id: imageIdOf(user, 'picture'),
  }
}

/** A user as he sees himself, and a kid as its parents do. */
export function fullUser(user: User, { user: viewer, directory }: Call) {
  const parents = isKid(user) ? directory.parentsOf(user) : undefined
  return {
    id: user.user_id,
    username: user.username,
    first_name: user.first_name,
    last_name: user.last_name,
    type: isKid(user) ? 'kid' : 'parent',
    age: user.age,
    created: new Date(user.created_at).toISOString(),
    image_id: imageIdOf(user, 'picture'),
    cover_image_id: imageIdOf(user, 'cover'),
    // A kid's own requests do not tell its address: the app asking is not its parent.
    ...(isKid(viewer) ? {} : { email: user.email }),
    ...(parents === undefined ? {} : { parent_ids: parents.map((parent) => parent.user_id) }),
  }
}
