import { blankUser } from '../../../oauth/model/directory.ts'
import type { Documents } from '../../../oauth/model/documents.ts'
import type { Client, User } from '../../../oauth/model/records.ts'
import { uuidOf } from '../ids.ts'
import { defaultRoleName, freshRoles, plainClient } from './fresh-realm.ts'
import { freshScopes, serviceAccountScope } from './fresh-scopes.ts'
import type { ClientData, ClientScope, Group, RealmSettings, Role, UserData } from './representations.ts'

interface Kept {
  settings: RealmSettings
  roles: readonly Role[]
  scopes: readonly ClientScope[]
  groups: readonly Group[]
}

/**
 * What a realm knows beyond our users and clients. What nobody changed is not stored: it is what a new realm has. Read once per
 * request; a change is written at once.
 */
export class RealmData {
  readonly name: string
  readonly #documents: Documents
  #kept: { [Name in keyof Kept]?: Readonly<Kept[Name]> } = {}

  constructor(name: string, documents: Documents) {
    this.name = name
    this.#documents = documents
  }

  get settings(): RealmSettings {
    return this.#read('settings', () => ({}))
  }
  set settings(settings) {
    this.#write('settings', settings)
  }

  get roles(): readonly Role[] {
    return this.#read('roles', () => freshRoles(this.name))
  }
  set roles(roles) {
    this.#write('roles', roles)
  }

  get scopes(): readonly ClientScope[] {
    return this.#read('scopes', () => freshScopes(this.name))
  }
  set scopes(scopes) {
    this.#write('scopes', scopes)
  }

  get groups(): readonly Group[] {
    return this.#read('groups', () => [])
  }
  set groups(groups) {
    this.#write('groups', groups)
  }

  /** The role that every new user has. */
  get defaultRole(): Role | undefined {
    return this.roles.find(({ name, client }) => client === undefined && name === defaultRoleName(this.name))
  }

  /** Of a client that was made without saying more, what our own record says. */
  client(client: Client): ClientData {
    const { app, grant_types } = client
    const known = this.#clients.get(app.app_id, { app })
    if (known !== undefined) return known
    const serviceAccountsEnabled = grant_types.includes('client_credentials')
    return {
      ...plainClient,
      name: app.name,
      standardFlowEnabled: grant_types.includes('authorization_code'),
      implicitFlowEnabled: grant_types.includes('implicit'),
      directAccessGrantsEnabled: grant_types.includes('password'),
      serviceAccountsEnabled,
      publicClient: client.client_secret === null,
      webOrigins: ['+'],
      attributes: { 'post.logout.redirect.uris': '+' },
      defaultClientScopes: [...plainClient.defaultClientScopes, ...(serviceAccountsEnabled ? [serviceAccountScope] : [])],
    }
  }

  saveClient({ app }: Pick<Client, 'app'>, data: ClientData): void {
    this.#clients.put(app.app_id, data, { app })
  }

  /** Of a user who was made without saying more, what our own record says. */
  user(user: User): UserData {
    const known = this.#users.get(user.user_id, { user })
    if (known !== undefined) return known
    const { defaultRole } = this
    const { email_verified = true } = user.claims
    return {
      emailVerified: user.email !== null && email_verified === true,
      attributes: {},
      requiredActions: [],
      roles: defaultRole === undefined ? [] : [defaultRole.id],
      groups: [],
    }
  }

  saveUser(user: User, data: UserData): void {
    this.#users.put(user.user_id, data, { user })
  }

  get #clients() {
    return this.#documents.kind<ClientData>('client')
  }

  get #users() {
    return this.#documents.kind<UserData>('user')
  }

  #read<Name extends keyof Kept>(name: Name, fresh: () => Kept[Name]): Readonly<Kept[Name]> {
    const there = this.#kept[name] ?? this.#documents.kind<Kept[Name]>('realm').get(name) ?? fresh()
    Object.assign(this.#kept, { [name]: there })
    return there
  }

  #write<Name extends keyof Kept>(name: Name, value: Kept[Name]): void {
    this.#documents.kind<Kept[Name]>('realm').put(name, value)
    this.#kept[name] = value
  }
}

/** The user as whom a client acts for itself. */
export function serviceAccountId({ app }: Pick<Client, 'app'>): string {
  return uuidOf('service account', app.app_id)
}

/** The same as tokens tell of it. */
export function serviceAccountUser(client: Client): User {
  const { client_id, created_at } = client
  return { ...blankUser, row: 0, user_id: serviceAccountId(client), username: `service-account-${client_id}`, created_at }
}

/** A number that the realm's representation has. */
export function numberIn(settings: RealmSettings, name: string): number | undefined {
  const value = settings[name]
  return typeof value === 'number' ? value : undefined
}
