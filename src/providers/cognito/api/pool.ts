import { seconds } from '../../../basics/clock.ts'
import { digest } from '../../../basics/random.ts'
import type { Client, User } from '../../../oauth/model/records.ts'
import type { Context } from '../../../oauth/realm/context.ts'
import type { OwnSpace } from '../../own-spaces.ts'
import { type Account, accountOf, saveAccount } from '../account.ts'
import { attributeList, attributesOf, isAlias } from '../attributes.ts'
import { ApiError, notFound } from '../errors.ts'
import { defaultPasswordPolicy, type PasswordPolicy } from '../password-policy.ts'

/** What is kept of a pool beyond its world; members as the vendor describes them. */
export interface PoolRecord {
  Name: string
  Policies: { PasswordPolicy: PasswordPolicy }
  MfaConfiguration: 'OFF' | 'ON' | 'OPTIONAL'
  UsernameAttributes?: readonly string[]
  AliasAttributes?: readonly string[]
  AutoVerifiedAttributes: readonly string[]
  AdminCreateUserConfig: { AllowAdminCreateUserOnly: boolean }
  Domain?: string
  [other: string]: unknown
}

/** What a pool is that nobody described. */
export const usualPool: PoolRecord = {
  Name: 'grantbox',
  Policies: { PasswordPolicy: defaultPasswordPolicy },
  MfaConfiguration: 'OPTIONAL',
  AutoVerifiedAttributes: ['email'],
  AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
}

/** A user pool while an operation works on it. */
export class Pool {
  readonly id: string
  readonly world: OwnSpace
  readonly context: Context

  constructor(world: OwnSpace, request: Context) {
    this.id = world.space
    this.world = world
    const path = { pool: this.id }
    this.context = { ...request, realm: world, issuer: request.issuer.replace(/[^/]*$/, this.id), space: { asked: path, path } }
  }

  /** Milliseconds by the sandbox's clock. */
  get now(): number {
    return this.world.clock.now()
  }

  get record(): PoolRecord {
    return { ...usualPool, ...this.world.documents.kind<PoolRecord>('cognito_pool').get('pool') }
  }

  change(change: Partial<PoolRecord>): void {
    this.world.documents.kind<PoolRecord>('cognito_pool').put('pool', { ...this.record, ...change })
  }

  /** Users are found by username, by `sub`, and by what the pool takes for one. */
  findUser(name: string): User | undefined {
    const { store, directory } = this.world
    const { UsernameAttributes = [], AliasAttributes = [] } = this.record
    const named = directory.findUser(name) ?? store.findUserById(name)
    if (named !== undefined) return named
    if (UsernameAttributes.includes('email') && name.includes('@')) return store.findUserByEmail(name)
    if (UsernameAttributes.length + AliasAttributes.length === 0) return undefined
    const isNamed = (user: User) =>
      (UsernameAttributes.includes('phone_number') && user.claims.phone_number === name) ||
      AliasAttributes.some((one) => isAlias(user, one, name))
    return this.allUsers().find(isNamed)
  }

  /** @throws ApiError UserNotFoundException */
  user(name: string): User {
    const user = this.findUser(name)
    if (user !== undefined) return user
    throw new ApiError('UserNotFoundException', 'User does not exist.', `There is no user '${name}' in pool ${this.id}`, 'user_unknown')
  }

  allUsers(): User[] {
    return this.world.directory.listUsers({ limit: 100_000 })
  }

  account(user: User): Account {
    return accountOf(user, this.world.documents)
  }

  saveAccount(user: User, change: Partial<Account>): void {
    saveAccount(user, change, this.world.documents, this.now)
  }

  /** Stores what changed of a user, who was modified by that. */
  saveUser(user: User): void {
    this.world.directory.updateUser(user)
    this.saveAccount(user, {})
  }

  /** @throws ApiError ResourceNotFoundException */
  client(client_id: string): Client {
    const client = this.world.store.findClient(client_id)
    if (client !== undefined) return client
    throw notFound(`User pool client ${client_id} does not exist.`)
  }

  /** Whose refresh token it is, without using it. */
  userOfRefreshToken(token: string): User | undefined {
    const { tokens, store } = this.world
    const key = tokens.refresh.keyOf(token)
    const found = key === undefined ? 'unknown' : store.findRefreshToken(key, digest(token), this.now)
    return typeof found === 'string' ? undefined : found.user
  }

  /** Revokes all that a user gave to whatever client, whenever that was by a clock that may have been set back since. */
  signOut(user: User): void {
    const { store, directory } = this.world
    for (const client of directory.listClients()) store.revokeGrants(client, user, 'the user was signed out everywhere', this.now)
  }

  /** A user as lists and the operations of administrators have one. */
  view(user: User) {
    const account = this.account(user)
    return {
      Username: user.username,
      UserCreateDate: user.created_at / 1000,
      UserLastModifiedDate: (account.modified_at ?? user.created_at) / 1000,
      Enabled: !user.disabled,
      UserStatus: account.status,
    }
  }

  /** The same with its attributes, as a list has it. */
  listed(user: User, wanted?: readonly string[]) {
    const all = attributeList(user)
    const Attributes = wanted === undefined || wanted.length === 0 ? all : all.filter(({ Name }) => wanted.includes(Name))
    const { Username, ...rest } = this.view(user)
    return { Username, Attributes, ...rest }
  }

  /** Where a user's codes go. */
  deliveryOf(user: User): { to: string; by: 'email' | 'sms'; attribute: 'email' | 'phone_number' } | undefined {
    const { email, phone_number } = attributesOf(user)
    if (email !== undefined) return { to: email, by: 'email', attribute: 'email' }
    return phone_number === undefined ? undefined : { to: phone_number, by: 'sms', attribute: 'phone_number' }
  }

  /** Whole seconds by the sandbox's clock. */
  get seconds(): number {
    return seconds(this.now)
  }
}
