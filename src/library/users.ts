import type { ControlClient } from './control-client.ts'

/** A user of a sandbox. */
export interface User {
  /** The `sub` of its tokens. */
  id: string
  username: string
  name: string
  first_name: string
  last_name: string
  email: string | null
  /** The vendor's kind of user, such as `parent`; null where users have no kinds. */
  type: string | null
  age: number | null
  /** The one that works. */
  password: string
  /** Ids of the apps that the user may sign in to. */
  apps: string[]
  /** Usernames. */
  friends: string[]
  /** Usernames. */
  parents: string[]
  claims: Record<string, unknown>
  disabled: boolean
  /** RFC 3339. */
  created_at: string
  /** The vendor's space that it is in, where the vendor has such spaces. */
  space?: string
}

/** What may change of a user; what is not named stays. */
export interface UserChange {
  username?: string
  /** The `sub` of its tokens from now on. */
  id?: string
  /** The name of the company when null. */
  password?: string | null
  /** First and last name. */
  name?: string
  email?: string | null
  type?: string
  age?: number | null
  /** All of them: what is not named here is gone. */
  claims?: Record<string, unknown>
  /** Ids or names. An app that is taken away takes its grants along. */
  apps?: string[]
  friends?: string[]
  parents?: string[]
  /** A disabled user cannot sign in, and his tokens are refused. */
  disabled?: boolean
}

/** A new user; what is not said is made up, and all apps are his. */
export type NewUser = UserChange

/** Which users are to be made up. */
export interface UserGeneration {
  /** How many users; of families how many families, each of four. */
  count: number
  /** `parent` when absent. */
  type?: 'parent' | 'kid' | 'family'
  /** The same seed gives the same users. */
  seed?: number
}

/** What a user does about an app at the vendor. */
export interface UserEvent {
  client_id: string
  /** In the vendor's words, as `consent-revoked`. */
  event: string
}

/** How the app was told of it. */
export interface EventOutcome {
  told: { url: string; status?: number; problem?: string } | null
}

/** A sandbox's users, meant by username in any letter case. */
export interface Users {
  /** All of them, or those whose username or name starts with `search`. */
  list(query?: { search?: string }): Promise<User[]>
  get(username: string): Promise<User>
  create(user?: NewUser): Promise<User>
  update(username: string, change: UserChange): Promise<User>
  delete(username: string): Promise<void>
  generate(wanted: UserGeneration): Promise<User[]>
  /** Lets a user do what the vendor tells apps of, as leaving the app. @returns how the app was told; null where it has no address for that */
  event(username: string, what: UserEvent): Promise<EventOutcome>
}

export function users(client: ControlClient, path: string): Users {
  const all = `${path}/users`
  const one = (username: string) => `${all}/${encodeURIComponent(username)}`
  return {
    list: (query = {}) => client.all(all, query),
    get: (username) => client.get(one(username)),
    create: (user = {}) => client.post(all, user),
    update: (username, change) => client.patch(one(username), change),
    delete: (username) => client.delete(one(username)),
    generate: (wanted) => client.post(`${all}/generate`, wanted),
    event: (username, what) => client.post(`${one(username)}/events`, what),
  }
}
