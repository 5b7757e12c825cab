import { closest } from '../closest.ts'
import type { App, User } from '../oauth/records.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'
import { Problem } from './problem.ts'

/** The sandbox that a path names. @throws Problem 404 that names those there are */
export function sandboxNamed(name: string, sandboxes: Sandboxes): Sandbox {
  const sandbox = sandboxes.find(name)
  if (sandbox !== undefined) return sandbox
  throw missing('sandbox', name, () => sandboxes.list().map((one) => one.name))
}

/** The app that a path names, by its id or else by its exact name. @throws Problem 404 that names those there are */
export async function appNamed(name: string, { directory }: Sandbox): Promise<App> {
  const byId = await directory.findApp(name)
  if (byId !== undefined) return byId
  const apps = await directory.listApps()
  const byName = apps.find((app) => app.name === name)
  if (byName !== undefined) return byName
  throw missing('app', name, () => apps.map((app) => app.name))
}

/** The user that a path names, in any letter case. @throws Problem 404 that names some of those there are */
export async function userNamed(username: string, { directory }: Sandbox): Promise<User> {
  const user = await directory.findUser(username)
  if (user !== undefined) return user
  const some = await directory.listUsers({ limit: shown + 1 })
  throw missing('user', username, () => some.map((one) => one.username))
}

const shown = 20

function missing(kind: string, name: string, known: () => string[]): Problem {
  const names = known()
  const suggestion = closest(name, names)
  const guess = suggestion === undefined ? '' : `, did you mean '${suggestion}'?`
  const list = names.length === 0 ? 'none' : `${names.slice(0, shown).join(', ')}${names.length > shown ? ', …' : ''}`
  return new Problem(404, `There is no ${kind} '${name}'${guess === '' ? '.' : guess} There ${names.length === 1 ? 'is' : 'are'}: ${list}`)
}
