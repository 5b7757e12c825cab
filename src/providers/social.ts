import type { App, User } from '../oauth/model/records.ts'

/** What two users are to each other, seen from the first. */
export interface Relation {
  self: boolean
  friend: boolean
  /** The other is the first's parent. */
  parent: boolean
  /** The other is the first's kid. */
  kid: boolean
  /** They have a parent or a kid in common. */
  relative: boolean
}

/** Who is looked for; what the viewer may not see is left out by the store. */
export interface PeopleSearch {
  /** The beginning of a username or of a first name, in any letter case. */
  prefix: string
  type: 'parent' | 'kid' | undefined
  /** Skips the usernames up to and including this one. */
  after: string
  limit: number
}

/**
 * The users of a sandbox as one of them sees them. Kids see kids and their own parents; others see everybody but kids, and
 * their own kids.
 */
export interface People {
  relation(viewer: User, other: Pick<User, 'row'>): Relation
  /** Of those whom the viewer may see, by row, behind the row `after`. */
  friends(viewer: User, after: number, limit: number): User[]
  /** Ordered by username. */
  search(viewer: User, search: PeopleSearch): User[]
  /** The rows of all whom the viewer may see, himself left out, oldest first. */
  visibleRows(viewer: User, type: 'parent' | 'kid' | undefined): number[]
  /** In the order of `rows`. */
  byRows(rows: readonly number[]): User[]
}

/** What one user wrote to another in an app; times are milliseconds since the epoch by the sandbox's clock. */
export interface Message {
  row: number
  message_id: string
  from: User
  to: User
  text: string
  image_id: string | null
  data: Readonly<Record<string, unknown>>
  sent_at: number
  acknowledged_at: number | null
}

/** A page of somebody's messages, newest first. */
export interface MessageQuery {
  box: 'inbox' | 'sent'
  acknowledged: boolean | undefined
  /** Only what stands behind this one in the list. */
  after: Pick<Message, 'sent_at' | 'row'> | undefined
  limit: number
}

/** An app's messages. An app sees those that were written through it. */
export interface Messages {
  /** Stores a message unless the app has one of that id; then that one is given. */
  put(draft: Omit<Message, 'row'> & { app: App }): { message: Message; created: boolean }
  /** A message that the user wrote or was sent. */
  find(app: App, user: User, message_id: string): Message | undefined
  list(app: App, user: User, query: MessageQuery): Message[]
  /** Notes that the receiver has seen a message; the first time stays. Undefined when he was sent none of that id. */
  acknowledge(app: App, receiver: User, message_id: string, now: number): Message | undefined
  /** All that were sent before `before`, or all there are; gives how many had not been acknowledged. */
  acknowledgeAll(app: App, receiver: User, before: number | undefined, now: number): number
}

/** What a social network keeps of a sandbox's users, for providers that are one. */
export interface SocialStore {
  readonly people: People
  readonly messages: Messages
}
