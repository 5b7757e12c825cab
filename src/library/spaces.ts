import { type Apps, apps } from './apps.ts'
import type { Authorization, Authorized } from './authorization.ts'
import type { ControlClient } from './control-client.ts'
import { type Grants, grants } from './grants.ts'
import { type Keys, keys } from './keys.ts'
import { type Outbox, outbox } from './outbox.ts'
import { type Tokens, tokens } from './tokens.ts'
import { type Users, users } from './users.ts'

/** A part of a vendor's world that its path chooses and that has users and clients of its own: a realm, a user pool, a tenant. */
export interface SpaceInfo {
  /** As the path has it. */
  id: string
  /** Whether it is the sandbox's own, which is meant where none is named. */
  default: boolean
  issuer: string
  /** What holds, whoever said it. */
  settings: Record<string, unknown>
  /** RFC 3339. */
  created_at: string
}

/** A new, empty space. */
export interface NewSpace {
  id: string
  /** Where they differ from the sandbox's. */
  settings?: Record<string, unknown>
}

/** The spaces of a sandbox; none where the vendor has no such thing. */
export interface Spaces {
  /** The sandbox's own first. */
  list(): Promise<SpaceInfo[]>
  get(id: string): Promise<SpaceInfo>
  create(space: NewSpace): Promise<SpaceInfo>
  /** Settings are merged; null takes one back to what the sandbox says. */
  update(id: string, change: Pick<NewSpace, 'settings'>): Promise<SpaceInfo>
  delete(id: string): Promise<void>
}

/** What there is in one space. */
export interface Space {
  readonly id: string
  readonly apps: Apps
  readonly users: Users
  readonly tokens: Tokens
  readonly grants: Grants
  readonly keys: Keys
  readonly outbox: Outbox
  /** Signs in and decides for the user, without a browser. */
  authorize(wanted: Authorization): Promise<Authorized>
}

export function spaces(client: ControlClient, path: string): Spaces {
  const all = `${path}/spaces`
  const one = (id: string) => `${all}/${encodeURIComponent(id)}`
  return {
    list: () => client.get<{ items: SpaceInfo[] }>(all).then(({ items }) => items),
    get: (id) => client.get(one(id)),
    create: (space) => client.post(all, space),
    update: (id, change) => client.patch(one(id), change),
    delete: (id) => client.delete(one(id)),
  }
}

export function space(everywhere: ControlClient, path: string, id: string): Space {
  const client = everywhere.inSpace(id)
  return {
    id,
    apps: apps(client, path),
    users: users(client, path),
    tokens: tokens(client, path),
    grants: grants(client, path),
    keys: keys(client, path),
    outbox: outbox(client, path),
    authorize: (wanted) => client.post(`${path}/authorize`, wanted),
  }
}
