import type { User } from '../model/records.ts'
import { type Context, noteTo } from '../realm/context.ts'

/** The user whom a member of a fault names; undefined, which the journal says, when he was deleted since. */
export function otherUser(member: string, username: string, context: Pick<Context, 'realm' | 'trace'>): User | undefined {
  const user = context.realm.store.findUser(username)
  if (user === undefined) noteTo(context, `The fault's ${member} '${username}' is no user any more`)
  return user
}
