import { type GivenKey, readGivenKey } from '../oauth/jose/given-key.ts'
import { giveKey } from '../oauth/jose/keys.ts'
import type { KeyStore } from '../oauth/jose/stored-keys.ts'
import { type Directory, TakenError, type UserDraft } from '../oauth/model/directory.ts'
import type { App } from '../oauth/model/records.ts'
import { confidentialMethod } from '../providers/clients.ts'
import type { AppDeclaration, UserDeclaration } from '../providers/data/declaration.ts'
import { declaredApp, declaredUser } from '../providers/data/world.ts'
import type { Provider, WorldUser } from '../providers/provider.ts'
import { userDraft } from './seed.ts'
import type { SandboxRecord } from './table.ts'

/** A sandbox that the configuration wants to be there. */
export interface SandboxDeclaration {
  name: string
  /** The name of its provider. */
  provider: string
  company?: string | undefined
  hosts?: readonly string[] | undefined
  port?: number | undefined
  settings?: Readonly<Record<string, unknown>> | undefined
  seed?: boolean | undefined
  apps?: readonly AppDeclaration[] | undefined
  users?: readonly UserDeclaration[] | undefined
  /** Of the keys of an algorithm the first signs, and the others are published. */
  keys?: readonly GivenKey[] | undefined
  /** Those of the vendor's spaces that are worlds of their own, by their names; the first one's is the sandbox's own. */
  spaces?: Readonly<Record<string, WorldDeclaration>> | undefined
}

/** What is declared of a world, be it a sandbox or one of its spaces. */
export type WorldDeclaration = Pick<SandboxDeclaration, 'settings' | 'apps' | 'users' | 'keys'>

/** Where a declared world goes. */
interface DeclaredWorld {
  /** In the config file: `sandboxes.b`. */
  place: string
  directory: Directory
  keys: KeyStore
  provider: Provider
  company: string
  /** The algorithm that its settings say. */
  signing_alg: string
  now: number
}

/** What a configuration wants to be there. */
export interface Declared {
  /** Beside the built-in ones. */
  providers: readonly Provider[]
  sandboxes: readonly SandboxDeclaration[]
  /** What was written of each provider, by its name. */
  written?: Readonly<Record<string, unknown>>
}

/** What was declared cannot be had. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError'

  /**
   * @param place in the config file, as `sandboxes.b.hosts[0]`
   * @param problem what was expected there and what came
   */
  constructor(place: string, problem: string) {
    super(`${place}: ${problem}`)
  }
}

/**
 * Does what belongs to a place of the config file.
 * @param place where what is taken stands
 * @throws DeclarationError in place of a TakenError
 */
export function placed<T>(place: (taken: TakenError) => string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof TakenError)) throw error
    throw new DeclarationError(place(error), `expected one that is free, got the ${error.field} ${JSON.stringify(error.value)}`)
  }
}

/**
 * Holds the hosts and ports of declared sandboxes to being theirs alone.
 * @param records of all sandboxes that are reached
 * @throws DeclarationError
 */
export function apart(declarations: readonly SandboxDeclaration[], records: readonly SandboxRecord[]): void {
  for (const { name, hosts = [], port } of declarations) {
    const [same] = records.filter((record) => record.name !== name && record.port === port && port !== 0)
    if (port !== undefined && same !== undefined) {
      throw new DeclarationError(
        `sandboxes.${name}.port`,
        `expected one that no other sandbox has, got ${port}, which is that of ${same.name}`,
      )
    }
    for (const [index, host] of hosts.entries()) {
      const other = records.find((record) => record.name !== name && record.hosts.includes(host.toLowerCase()))
      if (other === undefined) continue
      const explanation = `expected a host that no other sandbox has, got "${host}", which is that of sandbox ${other.name}`
      throw new DeclarationError(`sandboxes.${name}.hosts[${index}]`, explanation)
    }
  }
}

/** Puts what is declared into a world, or changes what is there to what it is declared to be now. */
export function fill(world: DeclaredWorld, declaration: WorldDeclaration): void {
  haveAppsAndUsers(world, declaration)
  giveKeys(world, declaration)
}

function haveAppsAndUsers({ place, directory, provider, company, now }: DeclaredWorld, { apps = [], users = [] }: WorldDeclaration): void {
  const defaults = {
    company,
    scopes: provider.scopes.map((scope) => scope.name),
    grant_types: provider.grant_types,
    auth_method: confidentialMethod(provider.auth_methods),
  }
  for (const app of apps) haveApp(app, directory, defaults, now)
  const known = directory.listApps()
  const wanted = users.map((user) => declaredUser(user, known))
  const who = ({ field, value }: TakenError) => {
    const member = field === 'id' ? 'user_id' : 'username'
    return `${place}.users[${wanted.findIndex((user) => user[member] === value)}].${member}`
  }
  placed(who, () => haveUsers(wanted, directory, known, (user) => userDraft(user, provider, known, now)))
}

/** Puts declared keys in, the first last, so that it signs. */
function giveKeys({ place, keys: store, signing_alg, now }: DeclaredWorld, { keys = [] }: WorldDeclaration): void {
  for (const [index, given] of [...keys.entries()].reverse()) {
    const key = readGivenKey(given, signing_alg)
    if (giveKey(store, key, now)) continue
    throw new DeclarationError(`${place}.keys[${index}].kid`, `expected one that no other key has, got ${JSON.stringify(key.kid)}`)
  }
}

/** Makes users, or changes those that are there; what others gave them stays. */
function haveUsers(wanted: readonly WorldUser[], directory: Directory, known: readonly App[], draft: (user: WorldUser) => UserDraft): void {
  const fresh: UserDraft[] = []
  for (const user of wanted) {
    const there = directory.findUser(user.username)
    if (there === undefined) fresh.push(draft(user))
    else {
      const { apps, friends: _friends, parents: _parents, ...members } = user
      directory.updateUser({ ...there, ...members })
      for (const app of known) if (apps.includes(app.app_id)) directory.addApp(there, app)
    }
  }
  if (fresh.length > 0) directory.createUsers(fresh)
}

function haveApp(declaration: AppDeclaration, directory: Directory, defaults: Parameters<typeof declaredApp>[1], created_at: number): void {
  const { clients, ...wanted } = declaredApp(declaration, defaults)
  const there = directory.listApps().find(({ app_id, name }) => app_id === wanted.app_id || name === wanted.name)
  const app: App =
    there === undefined
      ? directory.createApp({ ...wanted, mobile_store_links: {}, created_at })
      : { ...there, ...wanted, app_id: there.app_id, icon: there.icon }
  if (there !== undefined) directory.updateApp(app)
  const known = directory.listClients()
  for (const client of clients) {
    const same = known.find(({ client_id }) => client_id === client.client_id)
    if (same !== undefined) {
      const { metadata = {}, ...rest } = client
      const changed = Object.entries({ ...rest, metadata }).some(
        ([member, value]) => JSON.stringify(same[member as keyof typeof same]) !== JSON.stringify(value),
      )
      if (!changed && same.app.app_id === app.app_id) continue
      // A client is what it was registered as: another secret makes another client.
      directory.deleteClient(same)
    }
    directory.createClient(app, { ...client, created_at })
  }
}
