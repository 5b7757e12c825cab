import { given } from '../../../basics/given.ts'
import { blankUser, type Directory, TakenError } from '../../../oauth/model/directory.ts'
import type { User } from '../../../oauth/model/records.ts'
import type { ApiRequest, Reply, Route } from '../../provider.ts'
import { isAddress, objectIn, textsIn } from '../bodies.ts'
import { isWeak } from '../database.ts'
import { databaseId } from '../ids.ts'
import { profileOf } from '../profile.ts'
import { database } from '../settings.ts'
import { managed, paged, userOf } from './access.ts'
import { ManagementError } from './errors.ts'

/** A user as the Management API shows one. */
function viewUser(user: User): Record<string, unknown> {
  const { user_id, email, username, claims, created_at, disabled } = user
  const [provider = 'auth0', id = user_id] = user_id.split('|')
  const connection = provider === 'auth0' ? database : provider
  return given({
    created_at: new Date(created_at).toISOString(),
    email: email ?? undefined,
    email_verified: email === null ? undefined : (claims.email_verified ?? true),
    identities: [{ connection, user_id: id, provider, isSocial: !['auth0', 'email', 'sms'].includes(provider) }],
    ...profileOf(user),
    user_id,
    username: username === email ? undefined : username,
    phone_number: claims.phone_number,
    user_metadata: claims.user_metadata,
    app_metadata: claims.app_metadata,
    blocked: disabled ? true : undefined,
  })
}

const conflict = () => new ManagementError(409, 'The user already exists.', 'auth0_idp_error')

/** What of a body is about the user, of one who may be there already. */
function changed(body: unknown, user?: User): Partial<User> {
  const { email = user?.email, given_name, family_name, password, username, ...texts } = textsIn(body)
  if (password !== undefined && isWeak(password))
    throw new ManagementError(400, 'PasswordStrengthError: Password is too weak', 'invalid_password')
  const { nickname, name, picture, phone_number } = texts
  const { blocked, email_verified } = (body ?? {}) as Record<string, unknown>
  const merged = (member: 'user_metadata' | 'app_metadata') => {
    const said = objectIn(body, member)
    return said && withoutNull({ ...(user?.claims[member] as object | undefined), ...said })
  }
  const claims = given({
    nickname,
    name,
    picture,
    phone_number,
    user_metadata: merged('user_metadata'),
    app_metadata: merged('app_metadata'),
  })
  return {
    ...given({ email, password, username, first_name: given_name, last_name: family_name }),
    ...(typeof blocked === 'boolean' && { disabled: blocked }),
    claims: { ...user?.claims, ...claims, ...(typeof email_verified === 'boolean' && { email_verified }) },
  }
}

const withoutNull = (members: object) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))

function createUser({ body, directory, context }: ApiRequest): Reply {
  const { connection, email, user_id, password } = textsIn(body)
  if (connection !== database) throw new ManagementError(400, 'The connection does not exist.', 'inexistent_connection')
  if (!isAddress(email)) throw new ManagementError(400, "Payload validation error: 'Missing required property: email'.", 'invalid_body')
  if (password === undefined)
    throw new ManagementError(400, "Payload validation error: 'Missing required property: password'.", 'invalid_body')
  if (context.realm.store.findUserByEmail(email) !== undefined) throw conflict()
  const { claims = {}, ...said } = changed(body)
  const made = { ...blankUser, username: email, ...said, claims: { email_verified: false, ...claims }, user_id: databaseId(user_id) }
  const user = taking(() => directory.createUsers([{ ...made, created_at: context.realm.clock.now(), apps: [] }])[0])
  return { status: 201, body: user === undefined ? undefined : viewUser(user) }
}

function taking<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof TakenError ? conflict() : error
  }
}

function updateUser(request: ApiRequest): Reply {
  const user = userOf(request)
  const updated = { ...user, ...changed(request.body, user) }
  taking(() => request.directory.updateUser(updated))
  return { status: 200, body: viewUser(updated) }
}

/** What of the vendor's query language tests use: `email:"…"`, `name:…`, `user_id:…`, with a `*` at the end, and words alone. */
function search(q: string | undefined, directory: Directory): User[] {
  const users = directory.listUsers({ limit: 1000 })
  if (q === undefined || q === '*') return users
  const [, member = '', quoted, bare = ''] = /^(\w+):(?:"([^"]*)"|(\S+))$/.exec(q.trim()) ?? []
  const wanted = (quoted ?? bare).toLowerCase()
  const begins = wanted.endsWith('*') ? wanted.slice(0, -1) : undefined
  if (member === '') return users.filter((user) => JSON.stringify(viewUser(user)).toLowerCase().includes(q.toLowerCase()))
  return users.filter((user) => {
    const value = String(viewUser(user)[member] ?? '').toLowerCase()
    return begins === undefined ? value === wanted : value.startsWith(begins)
  })
}

/** Users by the Management API. */
export const userRoutes: readonly Route[] = [
  managed('GET', '/users', 'read:users', (request) => paged('users', search(request.query.q, request.directory).map(viewUser), request)),
  managed('POST', '/users', 'create:users', createUser),
  managed('GET', '/users/:id', 'read:users', (request) => ({ status: 200, body: viewUser(userOf(request)) })),
  managed('PATCH', '/users/:id', 'update:users', updateUser),
  managed('DELETE', '/users/:id', 'delete:users', (request) => {
    const user = request.context.realm.store.findUserById(request.params.id ?? '')
    if (user !== undefined) request.directory.deleteUser(user)
    return { status: 204 }
  }),
  managed('GET', '/users-by-email', 'read:users', ({ query, directory }) => {
    const email = (query.email ?? '').toLowerCase()
    return {
      status: 200,
      body: directory
        .listUsers({ limit: 1000 })
        .filter((user) => user.email?.toLowerCase() === email)
        .map(viewUser),
    }
  }),
]
