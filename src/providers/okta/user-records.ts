import { randomFrom } from '../../basics/random.ts'
import { blankUser } from '../../oauth/model/directory.ts'
import type { Documents } from '../../oauth/model/documents.ts'
import type { User } from '../../oauth/model/records.ts'
import { charactersOf } from '../data/alphabet.ts'
import type { OwnSpace } from '../own-spaces.ts'
import type { ApiRequest } from '../provider.ts'
import { bodyOf, failure, isObject, iso, type JsonObject, link, nameOf, notThere, textIn } from './api.ts'

/** The states of a user. */
export type UserStatus = 'ACTIVE' | 'LOCKED_OUT' | 'PASSWORD_EXPIRED' | 'STAGED' | 'SUSPENDED' | 'DEPROVISIONED'

/** What the vendor keeps of a user beside what every sandbox has. */
interface UserRecord {
  status?: UserStatus
  profile?: JsonObject
  password_changed?: number
  /** Wrong passwords since the last right one. */
  failures?: number
  recovery?: { question: string; answer: string }
}

export const mayNotSignIn: readonly UserStatus[] = ['LOCKED_OUT', 'STAGED', 'SUSPENDED', 'DEPROVISIONED']

const kind = 'okta_user'

export function recordOf(documents: Documents, user: User): UserRecord {
  return documents.kind<UserRecord>(kind).get(user.user_id, { user }) ?? {}
}

export function keepRecord(documents: Documents, user: User, change: UserRecord): void {
  documents.kind<UserRecord>(kind).put(user.user_id, { ...recordOf(documents, user), ...change }, { user })
}

/** A user who was disabled elsewhere is suspended here. */
export function statusOf(documents: Documents, user: User): UserStatus {
  const { status = 'ACTIVE' } = recordOf(documents, user)
  if (user.disabled) return mayNotSignIn.includes(status) ? status : 'SUSPENDED'
  return mayNotSignIn.includes(status) ? 'ACTIVE' : status
}

/** Gives a user a status. */
export function setStatus({ directory, documents }: Pick<ApiRequest, 'directory' | 'documents'>, user: User, status: UserStatus): void {
  directory.updateUser({ ...user, disabled: mayNotSignIn.includes(status) })
  keepRecord(documents, user, { status, failures: 0 })
}

/** Gives a user a password, with which he can sign in. */
export function setPassword(world: Pick<OwnSpace, 'directory' | 'documents' | 'clock'>, user: User, password: string): User {
  const changed = { ...user, password, disabled: false }
  setStatus(world, changed, 'ACTIVE')
  keepRecord(world.documents, user, { password_changed: world.clock.now() })
  return changed
}

/** The user of an id or a login; `me` is whose session the browser has. @throws OAuthError `E0000007` */
export function userNamed({ params: { id = '' }, directory, context, browser }: ApiRequest): User {
  const user = id === 'me' ? browser.session()?.user : (context.realm.store.findUserById(id) ?? directory.findUser(id))
  if (user === undefined) throw notThere(id, 'User')
  return user
}

/** What the sign-in by API tells of a user. */
export function signInUser({ documents }: Pick<ApiRequest, 'documents'>, user: User) {
  const { password_changed = user.created_at } = recordOf(documents, user)
  const { username: login, first_name: firstName, last_name: lastName } = user
  const profile = { login, firstName, lastName, locale: 'en_US', timeZone: 'America/Los_Angeles' }
  return { id: user.user_id, passwordChanged: iso(password_changed), profile }
}

/** A user as the API shows one. */
export function userView({ documents, base_url }: Pick<ApiRequest, 'documents' | 'base_url'>, user: User) {
  const { profile, password_changed = user.created_at } = recordOf(documents, user)
  const status = statusOf(documents, user)
  const created = iso(user.created_at)
  const { username: login, first_name: firstName, last_name: lastName, email } = user
  const emails = email === null ? [] : [{ value: email, status: 'VERIFIED', type: 'PRIMARY' }]
  return {
    id: user.user_id,
    status,
    created,
    activated: status === 'STAGED' ? null : created,
    statusChanged: created,
    lastLogin: null,
    lastUpdated: created,
    passwordChanged: iso(password_changed),
    type: { id: 'otygrantboxdefault01' },
    profile: { firstName, lastName, mobilePhone: null, secondEmail: null, ...profile, login, email: email ?? login },
    credentials: { password: {}, emails, provider: { type: 'OKTA', name: 'OKTA' } },
    _links: { self: { href: `${base_url}/api/v1/users/${user.user_id}` } },
  }
}

export type UserView = ReturnType<typeof userView>

const requirements =
  'password: Password requirements were not met. Password requirements: at least 8 characters, a lowercase letter, an uppercase letter, a number, no parts of your username.'

/** Holds a password to the vendor's default policy. @throws OAuthError `E0000001`, or the number for a change */
export function checkPolicy(password: string, login: string, number: 'E0000001' | 'E0000014' | 'E0000080' = 'E0000001'): void {
  const [name = ''] = login.toLowerCase().split('@')
  const weak = password.length < 8 || ![/[a-z]/, /[A-Z]/, /\d/].every((one) => one.test(password))
  if (!weak && (name.length < 4 || !password.toLowerCase().includes(name))) return
  const cause = number === 'E0000001' ? requirements : requirements.slice('password: '.length)
  throw failure(number, 'The password does not meet the policy', { what: 'password', causes: [cause] })
}

/** What a body says of a user: fields of ours, and the rest of the profile. */
export interface SaidOfUser {
  user: { username?: string; email?: string; first_name?: string; last_name?: string }
  rest: JsonObject
  password: string | undefined
  recovery: NonNullable<UserRecord['recovery']> | undefined
}

/** Reads a user's profile and password. */
export function readUser(request: ApiRequest): SaidOfUser {
  const body = bodyOf(request)
  const { login, email, firstName, lastName, ...rest } = isObject(body.profile) ? body.profile : {}
  const credentials = isObject(body.credentials) ? body.credentials : {}
  const { password, recovery_question } = credentials
  const [question, answer] = isObject(recovery_question) ? [textIn(recovery_question, 'question'), textIn(recovery_question, 'answer')] : []
  const said = { username: login, email, first_name: firstName, last_name: lastName }
  return {
    user: Object.fromEntries(Object.entries(said).filter(([, value]) => typeof value === 'string')),
    rest,
    password: isObject(password) ? textIn(password, 'value') : typeof password === 'string' ? password : undefined,
    recovery: question === undefined || answer === undefined ? undefined : { question, answer },
  }
}

/** Makes a user with all apps, for the vendor's group of everybody has them. @throws OAuthError `E0000001` */
export function createUser(request: ApiRequest, status: UserStatus): User {
  const { directory, documents, context } = request
  const { user, rest, password, recovery } = readUser(request)
  const { username = '', email, first_name, last_name } = user
  const names = { login: username, email, firstName: first_name, lastName: last_name }
  const blank = Object.entries(names).flatMap(([name, value]) => (value ? [] : [`${name}: The field cannot be left blank`]))
  if (blank.length > 0) throw failure('E0000001', 'The profile lacks something', { what: blank[0]?.split(':')[0] ?? '', causes: blank })
  checkLogin(request, username)
  if (password !== undefined) checkPolicy(password, username)
  const now = context.realm.clock.now()
  const user_id = `00u${randomFrom(charactersOf('letters_digits'), 17)}`
  const draft = { ...blankUser, ...user, username, user_id, password: password ?? null, created_at: now }
  const [made] = directory.createUsers([{ ...draft, disabled: mayNotSignIn.includes(status), apps: directory.listApps() }])
  if (made === undefined) throw new Error('the user was not made')
  keepRecord(documents, made, { status, profile: rest, password_changed: now, ...(recovery && { recovery }) })
  return made
}

/** @throws OAuthError `E0000001` when somebody else has the login */
export function checkLogin({ directory }: Pick<ApiRequest, 'directory'>, login: string, user?: User): void {
  const there = directory.findUser(login)
  if (there === undefined || there.user_id === user?.user_id) return
  const causes = ['login: An object with this field already exists in the current organization']
  throw failure('E0000001', `The login '${login}' is taken`, { what: 'login', causes })
}

/** Where a user's session is told of. */
export function userLink({ base_url }: Pick<ApiRequest, 'base_url'>, user: User) {
  return { name: nameOf(user), ...link(`${base_url}/api/v1/users/${user.user_id}`, 'GET') }
}
