import { z } from 'zod'
import { anyOf } from '../../basics/any-of.ts'
import { closest } from '../../basics/closest.ts'
import { given } from '../../basics/given.ts'
import type { App, User } from '../../oauth/model/records.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { invalid } from '../problem.ts'
import { typesOf } from '../views/user.ts'

// The sign-in page drops the "@" that vendors print before a username.
const username = z
  .string()
  .regex(/^(?!@)[^\s/\p{Cc}]{1,200}$/u, { error: 'a username: 1 to 200 characters, no blank, no slash, no "@" before it' })

/** What may be said of a user, at first and later. */
export const userChange = z.strictObject({
  username: username.optional(),
  id: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, { error: '1 to 255 characters of ASCII without a blank (OpenID Connect Core §2, sub)' })
    .optional()
    .describe('The `sub` of its tokens from now on.'),
  password: z.string().min(1).nullable().optional().describe('The name of the company when null.'),
  name: z.string().max(200).optional().describe('First and last name.'),
  email: z
    .string()
    .regex(/^[^\s@]+@[^\s@]+$/, { error: 'an e-mail address' })
    .nullable()
    .optional(),
  type: z.string().optional(),
  age: z.int().min(0).max(150).nullable().optional(),
  claims: z.record(z.string(), z.unknown()).optional().describe('All of them: what is not named here is gone.'),
  apps: z.array(z.string()).optional().describe('Ids or names. An app that is taken away takes its grants along.'),
  friends: z.array(z.string()).optional().describe('Usernames; friendship is mutual.'),
  parents: z.array(z.string()).optional().describe('Usernames.'),
  disabled: z.boolean().optional().describe('A disabled user cannot sign in, and his tokens are refused.'),
})

/** What may be said of a new user; all of it has a default. */
export const userDraft = userChange
  .extend({
    username: username.optional().describe('Made up when absent.'),
    id: userChange.shape.id.describe('The `sub` of its tokens; made up when absent.'),
    apps: userChange.shape.apps.describe('Ids or names; all apps of the sandbox when absent.'),
  })
  .prefault({})

/** First and last name of a full name. */
export function splitName(name: string): { first_name: string; last_name: string } {
  const [first_name = '', ...rest] = name.trim().split(/\s+/)
  return { first_name, last_name: rest.join(' ') }
}

/** @throws Problem that names the app that is none of the sandbox's, and those that are */
export function appsNamed(wanted: readonly string[] | undefined, { directory }: Sandbox): App[] | undefined {
  if (wanted === undefined) return undefined
  const apps = directory.listApps()
  return wanted.map((name, index) => {
    const app = apps.find(({ app_id }) => app_id === name) ?? apps.find((listed) => listed.name === name)
    if (app !== undefined) return app
    const names = apps.map((listed) => listed.name)
    throw invalid({ field: `apps[${index}]`, expected: anyOf(names) || 'nothing, for the sandbox has no apps', came: name })
  })
}

/** @throws Problem that names the first of these who is no user of the sandbox */
export function checkPeople(field: string, usernames: readonly string[] | undefined, { directory }: Sandbox): void {
  for (const [index, came] of (usernames ?? []).entries()) {
    if (directory.findUser(came) !== undefined) continue
    const some = directory.listUsers({ limit: 100 }).map((user) => user.username)
    const suggestion = closest(came, some)
    throw invalid({ field: `${field}[${index}]`, expected: 'the username of a user', came, ...given({ suggestion }) })
  }
}

/** Ties a user to these apps and people, and to no others of their kind; what is absent stays as it is. */
export function tie(
  user: User,
  ties: { apps: readonly App[] | undefined; friends: readonly string[] | undefined; parents: readonly string[] | undefined },
  { directory, clock }: Sandbox,
): void {
  const { apps, friends, parents } = ties
  if (apps !== undefined) {
    const rows = apps.map((app) => app.row)
    for (const app of directory.appsOf(user)) if (!rows.includes(app.row)) directory.removeApp(user, app, clock.now())
    for (const app of apps) directory.addApp(user, app)
  }
  if (friends !== undefined) {
    for (const friend of directory.friendsOf(user)) directory.removeFriend(user, friend)
    for (const friend of people(friends)) directory.addFriend(user, friend)
  }
  if (parents !== undefined) {
    for (const parent of directory.parentsOf(user)) directory.removeParent(user, parent)
    for (const parent of people(parents)) directory.addParent(user, parent)
  }

  function people(usernames: readonly string[]): User[] {
    return usernames.flatMap((username) => directory.findUser(username) ?? [])
  }
}

/** The type of a new user: the vendor's first kind when none is said. @throws Problem for one that the vendor does not have */
export function checkType(type: string | undefined, provider: Provider): string | undefined {
  const types = typesOf(provider)
  if (type === undefined || types.length === 0 || types.includes(type)) return type ?? types[0]
  throw invalid({ field: 'type', expected: anyOf(types), came: type })
}
