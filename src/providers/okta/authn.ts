import { randomText } from '../../basics/random.ts'
import type { User } from '../../oauth/model/records.ts'
import { checkPassword } from '../../oauth/users/sign-in.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { bodyOf, failure, iso, json, link, route, textIn } from './api.ts'
import { saveSessionToken } from './authorize.ts'
import { checkPolicy, keepRecord, setStatus, signInUser, statusOf } from './user-records.ts'

/** A sign-in by API that is under way. */
interface Transaction {
  status: 'MFA_REQUIRED' | 'PASSWORD_EXPIRED'
  username: string
  expires_at: number
}

/** How long a session token or a transaction lives, milliseconds. */
const lives = 5 * 60 * 1000
const factorId = 'ostgrantboxtotp00001'

const kind = 'okta_authn'

/** What a user must still do before he is signed in. */
function next(request: ApiRequest, user: User): Transaction['status'] | undefined {
  if (statusOf(request.documents, user) === 'PASSWORD_EXPIRED') return 'PASSWORD_EXPIRED'
  return typeof user.claims.mfa_code === 'string' ? 'MFA_REQUIRED' : undefined
}

/** The state in which a user is; when nothing is left to do, a session token. */
function goOn(request: ApiRequest, user: User, done: readonly Transaction['status'][] = []): Reply {
  const { documents, context } = request
  const expires_at = context.realm.clock.now() + lives
  const status = next(request, user)
  if (status !== undefined && !done.includes(status)) {
    const stateToken = `00${randomText(40)}`
    const transaction = { status, username: user.username, expires_at }
    documents.kind<Transaction>(kind).put(stateToken, transaction)
    return json(stateView(request, stateToken, transaction, user))
  }
  const sessionToken = `20111${randomText(65)}`
  saveSessionToken(documents, sessionToken, user, expires_at)
  return json({ expiresAt: iso(expires_at), status: 'SUCCESS', sessionToken, _embedded: { user: signInUser(request, user) } })
}

function stateView(request: ApiRequest, stateToken: string, { status, expires_at, username }: Transaction, user: User) {
  const base = `${request.base_url}/api/v1/authn`
  const cancel = link(`${base}/cancel`, 'POST')
  const about = { stateToken, expiresAt: iso(expires_at), status }
  const person = signInUser(request, user)
  if (status === 'PASSWORD_EXPIRED') {
    const complexity = { minLength: 8, minLowerCase: 1, minUpperCase: 1, minNumber: 1, minSymbol: 0, excludeUsername: true }
    const changePassword = { name: 'changePassword', ...link(`${base}/credentials/change_password`, 'POST') }
    return { ...about, _embedded: { user: person, policy: { complexity } }, _links: { next: changePassword, cancel } }
  }
  const factor = {
    id: factorId,
    factorType: 'token:software:totp',
    provider: 'GOOGLE',
    vendorName: 'GOOGLE',
    profile: { credentialId: username },
    _links: { verify: link(`${base}/factors/${factorId}/verify`, 'POST') },
  }
  return { ...about, _embedded: { user: person, factors: [factor] }, _links: { cancel } }
}

/** The transaction of a state token, and its user. @throws OAuthError `E0000011` */
function transactionOf(request: ApiRequest) {
  const { documents, context, directory } = request
  const stateToken = textIn(bodyOf(request), 'stateToken') ?? ''
  const transaction = documents.kind<Transaction>(kind).get(stateToken)
  const user = transaction && directory.findUser(transaction.username)
  if (transaction === undefined || user === undefined || transaction.expires_at <= context.realm.clock.now()) {
    throw failure('E0000011', 'stateToken is unknown, is used up, or is older than five minutes')
  }
  return { stateToken, transaction, user, end: () => documents.kind(kind).delete(stateToken) }
}

/** @throws OAuthError `E0000079` when the transaction is at another step */
function requireState({ status }: Transaction, wanted: Transaction['status']): void {
  if (status !== wanted) throw failure('E0000079', `The transaction is ${status}; this call is for ${wanted}`)
}

/** Primary authentication, or the state of one that is under way. */
function authn(request: ApiRequest): Reply {
  const { context, base_url } = request
  const body = bodyOf(request)
  if (body.stateToken !== undefined) {
    const { stateToken, transaction, user } = transactionOf(request)
    return json(stateView(request, stateToken, transaction, user))
  }
  const [username, password] = [textIn(body, 'username'), textIn(body, 'password')]
  if (username === undefined || password === undefined) {
    const causes = ["The 'username' and 'password' attributes are required in this context."]
    throw failure('E0000001', 'username or password is missing', { what: 'authRequest', causes })
  }
  const checked = checkPassword(username, password, context.realm)
  if (!checked.ok) throw failure('E0000004', checked.explanation)
  context.trace.username = checked.user.username
  if (statusOf(request.documents, checked.user) === 'LOCKED_OUT') {
    const unlock = { name: 'unlock', ...link(`${base_url}/api/v1/authn/recovery/unlock`, 'POST') }
    return json({ status: 'LOCKED_OUT', _embedded: {}, _links: { next: unlock } })
  }
  return goOn(request, checked.user)
}

function verify(request: ApiRequest): Reply {
  const { transaction, user, stateToken, end } = transactionOf(request)
  requireState(transaction, 'MFA_REQUIRED')
  if (request.params.factor !== factorId)
    throw failure('E0000007', 'There is no such factor', { what: `${request.params.factor} (UserFactor)` })
  const passCode = textIn(bodyOf(request), 'passCode')
  if (passCode === undefined) return json(stateView(request, stateToken, transaction, user))
  if (passCode !== user.claims.mfa_code) {
    const causes = ["Your passcode doesn't match our records. Please try again."]
    throw failure('E0000068', `passCode is not the claim mfa_code of user '${user.username}'`, { causes })
  }
  end()
  return goOn(request, user, ['MFA_REQUIRED'])
}

function changePassword(request: ApiRequest): Reply {
  const { transaction, user, end } = transactionOf(request)
  requireState(transaction, 'PASSWORD_EXPIRED')
  const body = bodyOf(request)
  if (textIn(body, 'oldPassword') !== (user.password ?? request.context.realm.company)) {
    throw failure('E0000014', 'oldPassword is not the password of the user', { causes: ['Old password is not correct'] })
  }
  const password = textIn(body, 'newPassword') ?? ''
  checkPolicy(password, user.username, 'E0000014')
  end()
  const changed = { ...user, password }
  setStatus(request, changed, 'ACTIVE')
  keepRecord(request.documents, user, { password_changed: request.context.realm.clock.now() })
  return goOn(request, changed)
}

function post(path: string, handle: (request: ApiRequest) => Reply): Route {
  return route('POST', `/api/v1/authn${path}`, handle)
}

/** Signing in without a page: what tests use most. */
export const authnRoutes: readonly Route[] = [
  post('', authn),
  post('/factors/:factor/verify', verify),
  post('/credentials/change_password', changePassword),
  post('/cancel', (request) => {
    transactionOf(request).end()
    return json({})
  }),
]
