import type { App, User } from './records.ts'

/** Whom a document belongs to: it goes when they go. The same key may stand once for each. */
export interface DocumentOwner {
  app?: Pick<App, 'row'> | undefined
  user?: Pick<User, 'row'> | undefined
}

/** Where a document stands: in the lists of its owners, and in one of a name. */
export interface DocumentPlace extends DocumentOwner {
  list?: string | undefined
  /** Such as a time; 0 when absent. */
  place?: number | undefined
}

/** A document in a list. */
export interface ListedDocument<Body> {
  row: number
  key: string
  place: number
  body: Body
}

/** A page of a list, the highest place first: one owner's, both owners', or that of a name. */
export type DocumentQuery = ({ app: Pick<App, 'row'> } | { user: Pick<User, 'row'>; app?: Pick<App, 'row'> } | { list: string }) & {
  /** Only what stands behind this one. */
  after?: Pick<ListedDocument<unknown>, 'place' | 'row'> | undefined
  limit: number
}

/** The documents of a kind: whatever JSON can say. */
export interface DocumentKind<Body> {
  /** Frozen, since others are given the same. */
  get(key: string, owner?: DocumentOwner): Readonly<Body> | undefined
  /** Takes the place of the one of that key and owner. */
  put(key: string, body: Body, where?: DocumentPlace): void
  /** Gives whether there was one. */
  delete(key: string, owner?: DocumentOwner): boolean
  list(query: DocumentQuery): ListedDocument<Body>[]
}

/**
 * What a vendor keeps of its own in a sandbox; snapshots, resets and deletions take it along.
 * Nothing of it costs a sandbox that does not use it.
 */
export interface Documents {
  /** The vendor's word for what they are, such as `post`; its type is the vendor's promise. */
  kind<Body>(name: string): DocumentKind<Body>
  /** Runs work all or none. */
  transaction<T>(work: () => T): T
}
