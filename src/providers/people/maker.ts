/**
 * In this room: who lives in generated sandboxes: what a maker of people does, families, and usernames.
 * Elsewhere: how many are wanted (`sandbox/generation.ts`).
 */

import type { UserDraft } from '../../oauth/model/directory.ts'

/**
 * A sandbox user that is not stored yet. Names are in lower case, like `brandon ramos`; an address is `first.last@example.com`,
 * with a number after the name where it would repeat among those made together; the password is the company's name.
 */
export interface PersonDraft extends Pick<UserDraft, 'username' | 'first_name' | 'last_name' | 'type' | 'password'> {
  email: string
  age: number
  /** Usernames of a family's kid's parents. */
  parents: string[]
  /** Usernames, parents with parents and kids with kids, never within a household. Friendship is mutual. */
  friends: string[]
}

/** Which people are wanted. */
export interface GeneratePeople {
  /** How many people; for `family` how many families, each of two parents and two kids. */
  count: number
  /** `parent` if absent. */
  type?: 'parent' | 'kid' | 'family' | undefined
  /** A whole number. The same seed gives the same people, but for usernames that are taken; absent: chance. */
  seed?: number | undefined
  /** The sandbox's clock, in milliseconds since the epoch. */
  now: number
  /** Whether the sandbox has this username. Those made in the same call are looked after here. */
  taken: (username: string) => boolean
}

/** Who lives in a vendor's sandboxes: how generated users look, and what users are called who chose no name. */
export interface PeopleMaker {
  /** @throws Error if no free username is found */
  generate(wanted: GeneratePeople): Promise<PersonDraft[]>
  /** Usernames to be tried in turn, beginning anywhere; there is an end to them. */
  usernames(): Iterable<string>
}
