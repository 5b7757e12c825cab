import { randomText } from '../../basics/random.ts'
import type { User } from '../../oauth/model/records.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { bodyOf, failure, iso, json, link, route, textIn } from './api.ts'
import { saveSessionToken } from './authorize.ts'
import { type Factor, factorsOf } from './factors.ts'
import { recordOf, signInUser, statusOf } from './user-records.ts'

/** A sign-in or a recovery by API that is under way. */
export interface Transaction {
  status: 'MFA_REQUIRED' | 'MFA_CHALLENGE' | 'PASSWORD_EXPIRED' | 'RECOVERY' | 'PASSWORD_RESET'
  username: string
  expires_at: number
  /** Codes that were wrong. */
  failures?: number
  /** What a recovery is for. */
  recovery?: 'PASSWORD' | 'UNLOCK'
  /** The factor that was asked for. */
  factor?: string
}

/** How long a session token or a transaction lives, milliseconds. */
export const lives = 5 * 60 * 1000

const transactionsOf = ({ documents }: Pick<ApiRequest, 'documents'>) => documents.kind<Transaction>('okta_authn')

/** Begins a transaction: the answer that says what is to be done. */
export function begin(request: ApiRequest, user: User, status: Transaction['status'], recovery?: Transaction['recovery']): Reply {
  const stateToken = `00${randomText(40)}`
  const expires_at = request.context.realm.clock.now() + lives
  const transaction: Transaction = { status, username: user.username, expires_at, ...(recovery && { recovery }) }
  transactionsOf(request).put(stateToken, transaction)
  return json(stateView(request, stateToken, transaction, user))
}

/** What a user must still do before he is signed in; when nothing is left, a session token. @param done what he just did */
export function goOn(request: ApiRequest, user: User, done?: Transaction['status']): Reply {
  if (statusOf(request.documents, user) === 'PASSWORD_EXPIRED') return begin(request, user, 'PASSWORD_EXPIRED')
  if (factorsOf(user).length > 0 && done !== 'MFA_REQUIRED') return begin(request, user, 'MFA_REQUIRED')
  const expires_at = request.context.realm.clock.now() + lives
  const sessionToken = `20111${randomText(65)}`
  saveSessionToken(request.documents, sessionToken, user, expires_at)
  return json({ expiresAt: iso(expires_at), status: 'SUCCESS', sessionToken, _embedded: { user: signInUser(request, user) } })
}

/** Where each state leads: the name of the link and the path of the call. */
const nextOf = {
  PASSWORD_EXPIRED: ['changePassword', 'credentials/change_password'],
  PASSWORD_RESET: ['resetPassword', 'credentials/reset_password'],
  RECOVERY: ['answer', 'recovery/answer'],
} as const

/** The state of a transaction, members in the order of the vendor. */
export function stateView(
  request: ApiRequest,
  stateToken: string,
  { status, expires_at, recovery, factor: asked }: Transaction,
  user: User,
): Record<string, unknown> {
  const base = `${request.base_url}/api/v1/authn`
  const cancel = link(`${base}/cancel`, 'POST')
  const about = { stateToken, expiresAt: iso(expires_at), status, ...(recovery && { recoveryType: recovery }) }
  const person = signInUser(request, user)
  if (status === 'MFA_REQUIRED') {
    const factors = factorsOf(user).map(({ id, factorType, provider, profile }) => {
      const _links = { verify: link(`${base}/factors/${id}/verify`, 'POST') }
      return { id, factorType, provider, vendorName: provider, profile, _links }
    })
    return { ...about, _embedded: { user: person, factors }, _links: { cancel } }
  }
  if (status === 'MFA_CHALLENGE') {
    const { id, factorType, provider, profile } = factorNamed(user, asked)
    const verify = `${base}/factors/${id}/verify`
    const _links = {
      next: { name: 'verify', ...link(verify, 'POST') },
      cancel,
      prev: link(`${base}/previous`, 'POST'),
      resend: [{ name: factorType, ...link(`${verify}/resend`, 'POST') }],
    }
    return { ...about, _embedded: { user: person, factor: { id, factorType, provider, profile } }, _links }
  }
  const [name, path] = nextOf[status]
  const _links = { next: { name, ...link(`${base}/${path}`, 'POST') }, cancel }
  if (status === 'RECOVERY') {
    const { question } = recordOf(request.documents, user).recovery ?? {}
    return { ...about, _embedded: { user: { ...person, recovery_question: { question } } }, _links }
  }
  const complexity = { minLength: 8, minLowerCase: 1, minUpperCase: 1, minNumber: 1, minSymbol: 0, excludeUsername: true }
  return { ...about, _embedded: { user: person, policy: { complexity } }, _links }
}

/**
 * The transaction of a state token, and its user.
 * @throws OAuthError `E0000011` for an unknown token, `E0000079` when the transaction is at another step than `wanted`
 */
export function transactionOf(request: ApiRequest, ...wanted: readonly Transaction['status'][]) {
  const stateToken = textIn(bodyOf(request), 'stateToken') ?? ''
  const transactions = transactionsOf(request)
  const transaction = transactions.get(stateToken)
  const user = transaction && request.directory.findUser(transaction.username)
  if (transaction === undefined || user === undefined || transaction.expires_at <= request.context.realm.clock.now()) {
    throw failure('E0000011', 'stateToken is unknown, is used up, or is older than five minutes')
  }
  if (wanted.length > 0 && !wanted.includes(transaction.status)) {
    throw failure('E0000079', `The transaction is ${transaction.status}; this call is for ${wanted.join(' or ')}`)
  }
  return {
    stateToken,
    transaction,
    user,
    keep: (change: Partial<Transaction>) => {
      const changed = { ...transaction, ...change }
      transactions.put(stateToken, changed)
      return json(stateView(request, stateToken, changed, user))
    },
    end: () => transactions.delete(stateToken),
  }
}

/** A factor of a user. @throws OAuthError `E0000007` */
export function factorNamed(user: User, id = ''): Factor {
  const factor = factorsOf(user).find((one) => one.id === id)
  if (factor === undefined) throw failure('E0000007', 'There is no such factor', { what: `${id} (UserFactor)` })
  return factor
}

/** A call below `/api/v1/authn`. */
export function post(path: string, handle: (request: ApiRequest) => Reply): Route {
  return route('POST', `/api/v1/authn${path}`, handle)
}
