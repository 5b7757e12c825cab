/**
 * In this room: who lives in generated sandboxes: what a maker of people does, families, and usernames.
 * Elsewhere: how many are wanted (`sandbox/generation.ts`).
 */

/** A sandbox user that is not stored yet. */
export interface PersonDraft {
  username: string
  /** Lower case, like `brandon`. */
  first_name: string
  /** Lower case, like `ramos`. */
  last_name: string
  /** `first.last@example.com`, with a number after the name where it would repeat among those made together. */
  email: string
  /** Such as `parent` and `kid`; null where the vendor's users are all alike. */
  type: string | null
  /** Years. */
  age: number
  /** None of their own: it is the name of the company. */
  password: null
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
