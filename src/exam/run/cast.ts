import { given } from '../../basics/given.ts'
import { randomText } from '../../basics/random.ts'
import { none } from '../../oauth/clients/methods/none.ts'
import { registrationProblem } from '../../oauth/clients/redirect-pattern.ts'
import { magicUsers } from '../../oauth/faults/magic-users.ts'
import { blankUser } from '../../oauth/model/directory.ts'
import type { Client, User } from '../../oauth/model/records.ts'
import { addClient, newApp, newClient } from '../../sandbox/new-app.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { CastError } from '../errors.ts'
import type { Registration } from './options.ts'

/** The client that is examined and who signs in at it; those whom the exam brought leave with it. */
export class Cast {
  readonly client: Client
  readonly alice: User
  readonly mallory: User
  readonly #find: () => Sandbox
  readonly #isOwn: boolean
  readonly #lastGrant: number
  /** Those of the magic users whom nobody had named before. */
  readonly #magic: readonly string[]

  /** @throws CastError when there is no such client or user, and none can be made */
  constructor(find: () => Sandbox, registration: Registration) {
    this.#find = find
    const sandbox = find()
    const { store, directory, clock, provider } = sandbox
    const known = store.findClient(registration.client_id)
    if (known === undefined && registration.redirect_uri === undefined) {
      throw new CastError(`There is no client '${registration.client_id}', and without redirect_uri none can be made for the exam`)
    }
    this.alice = someUser(sandbox, registration.username)
    this.#magic = [...magicUsers.keys()].filter((name) => store.findUser(name) === undefined)
    this.#isOwn = known === undefined
    this.client = known ?? ownClient(sandbox, registration)
    if (this.#isOwn) directory.addApp(this.alice, this.client.app)
    const [last] = sandbox.grants.list({ client_id: this.client.client_id, limit: 100_000 }).slice(-1)
    this.#lastGrant = last?.grant.id ?? 0
    const left = store.findUser('mallory')
    if (left !== undefined) directory.deleteUser(left)
    const [mallory] = directory.createUsers([
      {
        ...blankUser,
        user_id: provider.ids.user_id(),
        username: 'mallory',
        password: randomText(24),
        first_name: 'Mallory',
        last_name: 'Canary',
        email: 'mallory@example.com',
        type: this.alice.type,
        created_at: clock.now(),
        apps: [this.client.app],
      },
    ])
    if (mallory === undefined) throw new CastError('mallory could not be made')
    this.mallory = mallory
  }

  /** How somebody logs in; nobody named is who is examined. @param company what opens all that have no password of their own */
  credentials(named: string | undefined, company: string): { username: string; password: string } {
    const username = named ?? this.alice.username
    const who = [this.mallory, this.alice].find((one) => one.username === username)
    return { username, password: who?.password ?? company }
  }

  /** mallory gets the address of who signs in; nobody has verified that it is his. */
  lendAddress(): void {
    this.#change({ email: this.alice.email, claims: { email_verified: false } })
  }

  takeBack(): void {
    const { email, claims } = this.mallory
    this.#change({ email, claims })
  }

  #change(changed: Partial<User>): void {
    const { directory, store } = this.#find()
    const mallory = store.findUser(this.mallory.username)
    if (mallory !== undefined && mallory.email !== changed.email) directory.updateUser({ ...mallory, ...changed })
  }

  /** Those whom the exam brought go, with all that was granted in it. */
  leave(): void {
    const { directory, grants, store, clock } = this.#find()
    for (const name of [this.mallory.username, ...this.#magic]) {
      const user = store.findUser(name)
      if (user !== undefined) directory.deleteUser(user)
    }
    const client = store.findClient(this.client.client_id)
    if (client === undefined) return
    if (this.#isOwn) directory.deleteApp(client.app)
    else {
      for (const { grant } of grants.list({ client_id: client.client_id, after: this.#lastGrant, active: true, limit: 100_000 })) {
        store.revokeGrant(grant.id, 'the exam ended', clock.now())
      }
    }
  }
}

/** @throws CastError for a redirect URI that nobody may register */
function ownClient(sandbox: Sandbox, registration: Registration): Client {
  const { client_id, client_secret, redirect_uri, post_logout_redirect_uri, backchannel_logout_uri } = registration
  const metadata = given({ post_logout_redirect_uris: post_logout_redirect_uri && [post_logout_redirect_uri], backchannel_logout_uri })
  const problem = redirect_uri && registrationProblem(redirect_uri, sandbox.settings, sandbox.redirects)
  if (problem !== undefined) throw new CastError(`No client can be made for the exam with the redirect URI '${redirect_uri}': ${problem}`)
  const app = newApp(sandbox, { name: 'Exam', redirect_uris: redirect_uri === undefined ? [] : [redirect_uri] })
  const method = client_secret === null ? { token_endpoint_auth_method: none.name } : {}
  return addClient(sandbox, app, newClient(sandbox, { client_id, client_secret, metadata, ...method }))
}

/** @throws CastError */
function someUser({ store, directory, name }: Sandbox, username: string | undefined): User {
  if (username !== undefined) {
    const user = store.findUser(username)
    if (user === undefined) throw new CastError(`There is no user '${username}' in sandbox '${name}'`)
    return user
  }
  const user = directory
    .listUsers({ limit: 100 })
    .find((one) => !magicUsers.has(one.username) && !one.disabled && one.username !== 'mallory')
  if (user === undefined) throw new CastError(`There is no user in sandbox '${name}' who could sign in`)
  return user
}
