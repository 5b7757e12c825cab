import type { Directory } from '../oauth/model/directory.ts'
import type { App } from '../oauth/model/records.ts'
import { confidentialMethod } from '../providers/clients.ts'
import type { AppDeclaration, UserDeclaration } from '../providers/data/declaration.ts'
import { declaredApp, declaredUser } from '../providers/data/world.ts'
import type { Provider } from '../providers/provider.ts'
import type { Sandbox } from './sandbox.ts'
import type { Sandboxes } from './sandboxes.ts'
import { userDraft } from './seed.ts'

/** A sandbox that the configuration wants to be there. */
export interface SandboxDeclaration {
  name: string
  /** The name of its provider. */
  provider: string
  company?: string | undefined
  hosts?: readonly string[] | undefined
  settings?: Readonly<Record<string, unknown>> | undefined
  seed?: boolean | undefined
  apps?: readonly AppDeclaration[] | undefined
  users?: readonly UserDeclaration[] | undefined
}

/** A declared sandbox cannot be had; its message says why. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError'
}

/**
 * Makes the declared sandboxes, or changes them to what they are declared to be now. What others put into them stays.
 * @param before what was declared until now: a setting that is gone from it goes back to what the provider says
 * @throws DeclarationError
 */
export function applyDeclared(
  sandboxes: Sandboxes,
  providers: ReadonlyMap<string, Provider>,
  declarations: readonly SandboxDeclaration[],
  before: readonly SandboxDeclaration[] = [],
): void {
  for (const declaration of declarations) {
    const last = before.find(({ name }) => name === declaration.name)
    const sandbox = sandboxOf(sandboxes, providers, declaration, last)
    fill(sandbox, declaration)
  }
}

function sandboxOf(
  sandboxes: Sandboxes,
  providers: ReadonlyMap<string, Provider>,
  { name, provider: providerName, company, hosts, settings = {}, seed }: SandboxDeclaration,
  before: SandboxDeclaration | undefined,
): Sandbox {
  const there = sandboxes.find(name)
  if (there === undefined) {
    const provider = providers.get(providerName)
    if (provider === undefined) throw new DeclarationError(`Sandbox '${name}' is to speak as '${providerName}', which is no provider.`)
    const problem = sandboxes.nameProblem(name)
    if (problem !== undefined) throw new DeclarationError(`A sandbox cannot be called '${name}': ${problem}.`)
    return sandboxes.create({ name, provider, company, hosts, settings, seed })
  }
  if (there.provider.id !== providerName) {
    throw new DeclarationError(
      `Sandbox '${name}' is there and speaks as ${there.provider.id}, but the config file says ${providerName}. Delete it, or choose another name.`,
    )
  }
  const gone = Object.keys(before?.settings ?? {}).filter((key) => !Object.hasOwn(settings, key))
  return sandboxes.update(there, { company, hosts, settings: { ...Object.fromEntries(gone.map((key) => [key, null])), ...settings } })
}

function fill({ directory, provider, clock, company }: Sandbox, declaration: SandboxDeclaration): void {
  const { apps = [], users = [] } = declaration
  const defaults = {
    company,
    scopes: provider.scopes.map((scope) => scope.name),
    grant_types: provider.grant_types,
    auth_method: confidentialMethod(provider.auth_methods),
  }
  for (const app of apps) haveApp(app, directory, defaults, clock.now())
  const known = directory.listApps()
  const wanted = users.map((user) => declaredUser(user, known))
  const fresh = []
  for (const user of wanted) {
    const there = directory.findUser(user.username)
    if (there === undefined) fresh.push(user)
    else {
      const { apps: userApps, friends: _friends, parents: _parents, ...members } = user
      directory.updateUser({ ...there, ...members })
      for (const app of known) if (userApps.includes(app.app_id)) directory.addApp(there, app)
    }
  }
  const byId = new Map(known.map((app) => [app.app_id, app]))
  if (fresh.length > 0) directory.createUsers(fresh.map((user) => userDraft(user, provider, byId, clock.now())))
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
