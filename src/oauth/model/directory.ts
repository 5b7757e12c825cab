import type { App, Client, ClientMetadata, User } from './records.ts'

/** An app as it is created; `app_id` and the rest have been decided. */
export type AppDraft = Omit<App, 'row'>

/** What an app is that nobody described. */
export const plainApp = { description: '', icon: null, mobile_store_links: {} } as const

/** A client as it is created. */
export type ClientDraft = Omit<Client, 'row' | 'app' | 'metadata'> & { metadata?: ClientMetadata }

/** A user as it is created, with those he knows by username. */
export interface UserDraft extends Omit<User, 'row'> {
  apps: readonly App[]
  friends: readonly string[]
  parents: readonly string[]
}

/** What a user is who says nothing of himself. */
export const blankUser = {
  password: null,
  first_name: '',
  last_name: '',
  email: null,
  type: null,
  age: null,
  claims: {},
  disabled: false,
  friends: [],
  parents: [],
} as const satisfies Partial<UserDraft>

/** What a list of users may ask for. */
export interface UserQuery {
  limit: number
  /** Skips the users up to and including this row. */
  after?: number
  /** Skips so many users. */
  offset?: number
  /** Start of a username, or of a first or last name. */
  search?: string
  app?: App
}

/** A sandbox's apps, clients and users. */
export interface Directory {
  createApp(draft: AppDraft): App
  listApps(): App[]
  /** Every scope that an app of the sandbox has. */
  listScopes(): readonly string[]
  findApp(app_id: string): App | undefined
  updateApp(app: App): void
  deleteApp(app: App): void

  createClient(app: App, draft: ClientDraft): Client
  listClients(app?: App): Client[]
  /** With all that was given to it: its tokens work no more. */
  deleteClient(client: Client): void

  /** Creates users in one transaction: all or none. @throws TakenError when a username or id is somebody's already */
  createUsers(drafts: readonly UserDraft[]): User[]
  listUsers(query: UserQuery): User[]
  /** @param search as in {@link UserQuery} */
  countUsers(app?: App, search?: string): number
  findUser(username: string): User | undefined
  appsOf(user: User): App[]
  friendsOf(user: User): User[]
  parentsOf(user: User): User[]
  kidsOf(user: User): User[]
  /** @throws TakenError when the username or id is somebody else's */
  updateUser(user: User): void
  /** With all that was allowed in its name. */
  deleteUser(user: User): void
  addApp(user: User, app: App): void
  /** The user removed the app: it may not sign in there any more, and what the app's clients were given is revoked. */
  removeApp(user: User, app: App, now: number): void
  /** Makes two users friends of each other. */
  addFriend(user: User, friend: User): void
  removeFriend(user: User, friend: User): void
  addParent(kid: User, parent: User): void
  removeParent(kid: User, parent: User): void
}

/** A name that must be unique is somebody's already. */
export class TakenError extends Error {
  readonly field: string
  readonly value: string

  constructor(field: string, value: string) {
    super(`${field} '${value}' is taken`)
    this.name = 'TakenError'
    this.field = field
    this.value = value
  }
}
