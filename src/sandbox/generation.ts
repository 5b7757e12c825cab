import { randomInt } from 'node:crypto'
import type { UserDraft } from '../oauth/model/directory.ts'
import { families } from '../providers/people/families.ts'
import type { PersonDraft } from '../providers/people/maker.ts'
import type { Sandbox } from './sandbox.ts'

/** Which users are wanted. */
export interface Generation {
  /** How many users; of families how many families, each of four. */
  count: number
  /** `parent` when absent. */
  type?: 'parent' | 'kid' | 'family' | undefined
  /** The same seed gives the same users, but for usernames that are taken. */
  seed?: number | undefined
}

/** Users as the vendor would make them, for all apps of the sandbox. */
export async function draftUsers(wanted: Generation, sandbox: Sandbox): Promise<UserDraft[]> {
  const { directory, provider, clock } = sandbox
  const people = await newPeople(wanted, sandbox)
  const apps = directory.listApps()
  const typed = wanted.type !== undefined || provider.world.users.some((user) => typeof user.type === 'string')
  return people.map((person) => ({
    ...person,
    type: typed ? person.type : null,
    user_id: provider.ids.user_id(),
    claims: {},
    disabled: false,
    created_at: clock.now(),
    apps,
  }))
}

/** People whose usernames are free: made again, around those that turned out to be taken. */
async function newPeople(wanted: Generation, { provider, directory, clock }: Sandbox): Promise<PersonDraft[]> {
  const { seed = randomInt(2 ** 32) } = wanted
  const taken = new Set<string>()
  for (;;) {
    const people = await (provider.people ?? families).generate({ ...wanted, seed, now: clock.now(), taken: (name) => taken.has(name) })
    const before = taken.size
    for (const { username } of people) if (directory.findUser(username) !== undefined) taken.add(username)
    if (taken.size === before) return people
  }
}

/**
 * A free username for somebody who chose none.
 * @throws Error if every try is taken
 */
export function suggestUsername({ provider, directory }: Pick<Sandbox, 'provider' | 'directory'>): string {
  for (const username of (provider.people ?? families).usernames()) {
    if (directory.findUser(username) === undefined) return username
  }
  throw new Error('no free username was found')
}
