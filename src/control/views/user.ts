import { z } from 'zod'
import type { User } from '../../oauth/model/records.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { rfc3339, shownSpace, time } from '../schemas.ts'

/** A user as the API shows one. */
export const userView = z
  .object({
    id: z.string().describe('The `sub` of its tokens.'),
    username: z.string(),
    name: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    email: z.string().nullable(),
    type: z.string().nullable(),
    age: z.number().nullable(),
    password: z.string().describe('The one that works: without one of its own, the name of the company.'),
    apps: z.array(z.string()).describe('Ids of the apps that the user may sign in to.'),
    friends: z.array(z.string()).describe('Usernames.'),
    parents: z.array(z.string()).describe('Usernames.'),
    claims: z.record(z.string(), z.unknown()),
    disabled: z.boolean(),
    created_at: time,
    space: shownSpace,
  })
  .meta({ id: 'User' })

/** Whom and what a user is tied to: ids of apps, usernames. */
interface Ties {
  apps: readonly string[]
  friends: readonly string[]
  parents: readonly string[]
}

export function viewUser(user: User, { apps, friends, parents }: Ties, company: string): z.output<typeof userView> {
  return {
    id: user.user_id,
    username: user.username,
    name: `${user.first_name} ${user.last_name}`.trim(),
    first_name: user.first_name,
    last_name: user.last_name,
    email: user.email,
    type: user.type,
    age: user.age,
    password: user.password ?? company,
    apps: [...apps],
    friends: [...friends],
    parents: [...parents],
    claims: { ...user.claims },
    disabled: user.disabled,
    created_at: rfc3339(user.created_at),
  }
}

/** A user with the ties that the sandbox keeps. */
export function viewStoredUser(user: User, { directory, company }: Sandbox): z.output<typeof userView> {
  const [apps, friends, parents] = [directory.appsOf(user), directory.friendsOf(user), directory.parentsOf(user)]
  const usernames = (users: readonly User[]) => users.map(({ username }) => username)
  return viewUser(user, { apps: apps.map((app) => app.app_id), friends: usernames(friends), parents: usernames(parents) }, company)
}

/** The kinds of users that a vendor has, as its preloaded users show; empty where users have no kinds. */
export function typesOf(provider: Provider): string[] {
  return [...new Set(provider.world.users.flatMap((user) => user.type ?? []))]
}
