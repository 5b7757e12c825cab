import { anyOf } from '../../basics/any-of.ts'
import { closest } from '../../basics/closest.ts'
import { given } from '../../basics/given.ts'
import { after, type MaybePromise } from '../../basics/maybe-promise.ts'
import type { App, Client, User } from '../../oauth/model/records.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Sandboxes } from '../../sandbox/sandboxes.ts'
import { invalid, Problem } from '../problem.ts'

/** The sandbox that a path names. @throws Problem 404 that names those there are */
export function sandboxNamed(name: string, sandboxes: Sandboxes): MaybePromise<Sandbox> {
  return after(sandboxes.reach(name), (sandbox) => {
    if (sandbox !== undefined) return sandbox
    throw missing('sandbox', name, sandboxes.names())
  })
}

/**
 * The space of a sandbox that a query names; the sandbox itself when it names none.
 * @throws Problem 400 that names those there are, or 409 when none is named and the first was deleted: nobody would find what goes there
 */
export function spaceMentioned(space: string | undefined, sandbox: Sandbox): Sandbox {
  const { own_spaces } = sandbox.provider
  if (space === undefined && own_spaces !== undefined && sandbox.space === '') {
    const all = anyOf(spacesOf(sandbox)) || 'none'
    throw new Problem(409, `The first ${own_spaces.part} of sandbox '${sandbox.name}' was deleted. Say which is meant by space: ${all}`)
  }
  if (space === undefined) return sandbox
  const found = sandbox.provider.own_spaces === undefined ? undefined : sandbox.spaces.find(space)
  if (found !== undefined) return found
  throw mistaken('space', space, spacesOf(sandbox))
}

/** The space of a sandbox that a path names. @throws Problem 404 that names those there are */
export function spaceNamed(name: string, sandbox: Sandbox): Sandbox {
  const { own_spaces } = sandbox.provider
  const found = own_spaces === undefined ? undefined : sandbox.spaces.find(name)
  if (found !== undefined) return found
  throw missing(own_spaces?.part ?? 'space', name, spacesOf(sandbox))
}

/** The names of a sandbox's spaces that are worlds of their own. */
export function spacesOf({ provider, spaces }: Sandbox): string[] {
  return provider.own_spaces === undefined ? [] : spaces.list().map((one) => one.space)
}

/** The app that a path names, by its id or else by its exact name. @throws Problem 404 that names those there are */
export function appNamed(name: string, { directory }: Sandbox): App {
  const byId = directory.findApp(name)
  if (byId !== undefined) return byId
  const apps = directory.listApps()
  const byName = apps.find((app) => app.name === name)
  if (byName !== undefined) return byName
  throw missing('app', name, namesOf(apps))
}

/** The client that a path names. @throws Problem 404 that names those there are */
export function clientNamed(client_id: string, { store, directory }: Sandbox): Client {
  const client = store.findClient(client_id)
  if (client !== undefined) return client
  throw missing('client', client_id, clientIds(directory))
}

/** The client that a body or query names. @throws Problem 400 that names those there are */
export function clientMentioned(client_id: string, { store, directory }: Sandbox): Client {
  const client = store.findClient(client_id)
  if (client !== undefined) return client
  throw mistaken('client_id', client_id, clientIds(directory))
}

/** The user that a body or query names; nobody when it names none. @throws Problem 400 that names some of those there are */
export function userMentioned<T extends string | undefined>(
  username: T,
  { directory }: Sandbox,
  field = 'username',
): User | (T extends undefined ? undefined : never) {
  if (username === undefined) return undefined as T extends undefined ? undefined : never
  const user = directory.findUser(username)
  if (user !== undefined) return user
  throw mistaken(field, username, usernames(directory, shown))
}

/** The user that a path names, in any letter case. @throws Problem 404 that names some of those there are */
export function userNamed(username: string, { directory }: Sandbox): User {
  const user = directory.findUser(username)
  if (user !== undefined) return user
  throw missing('user', username, usernames(directory, shown + 1))
}

const shown = 20

type Directory = Sandbox['directory']
const namesOf = (things: readonly { name: string }[]) => things.map(({ name }) => name)
const clientIds = (directory: Directory) => directory.listClients().map(({ client_id }) => client_id)
const usernames = (directory: Directory, limit: number) => directory.listUsers({ limit }).map(({ username }) => username)

/** The refusal of a member that names nothing. */
export function mistaken(field: string, came: string, names: readonly string[]): Problem {
  const suggestion = closest(came, names)
  const expected = anyOf(names.slice(0, shown)) || 'nothing, for there is none'
  return invalid({ field, expected, came, ...given({ suggestion }) })
}

/** The refusal of a path that names nothing, with what it may have meant. */
export function missing(kind: string, name: string, names: readonly string[]): Problem {
  const suggestion = closest(name, names)
  const guess = suggestion === undefined ? '' : `, did you mean '${suggestion}'?`
  const list = names.length === 0 ? 'none' : `${names.slice(0, shown).join(', ')}${names.length > shown ? ', …' : ''}`
  return new Problem(404, `There is no ${kind} '${name}'${guess === '' ? '.' : guess} There ${names.length === 1 ? 'is' : 'are'}: ${list}`)
}
