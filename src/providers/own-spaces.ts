import type { Directory } from '../oauth/model/directory.ts'
import type { GrantBook } from '../oauth/model/grant-book.ts'
import type { Realm } from '../oauth/realm/context.ts'
import type { SocialStore } from './social.ts'

/**
 * A space that is a world of its own, as a realm or a user pool: what it has of users, clients, keys, sessions, grants, documents and
 * settings is its alone. Clock, faults and journal are the sandbox's.
 */
export interface OwnSpace extends Realm {
  /** As the path has it; empty in a sandbox whose vendor has no such thing, and when it was deleted. */
  readonly space: string
  readonly directory: Directory
  readonly grants: GrantBook
  readonly social: SocialStore
  /** Milliseconds by the machine's clock. */
  readonly created_at: number
}

/** Those of a sandbox. The first is the sandbox itself, whatever it is called. */
export interface OwnSpaces {
  find(name: string): OwnSpace | undefined
  /** The sandbox's own first. */
  list(): readonly OwnSpace[]
  /** An empty one. @param settings where they differ from the sandbox's. @throws TakenError when there is one of that name */
  create(name: string, settings?: Readonly<Record<string, unknown>>): OwnSpace
  /** Merges settings; one that is null goes back to the sandbox's. */
  change(name: string, settings: Readonly<Record<string, unknown>>): OwnSpace
  /** With all that belongs to it. Of the sandbox's own the name goes, too, so that nothing is found there until a reset. */
  delete(name: string): void
}
