import { randomText, sameSecret } from '../../basics/random.ts'
import { sendMessage } from '../../oauth/model/outbox.ts'
import type { User } from '../../oauth/model/records.ts'
import { findNamed } from '../../oauth/users/sign-in.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { bodyOf, checkApiToken, failure, iso, json, link, notThere, textIn } from './api.ts'
import { begin, goOn, post, type Transaction, transactionOf } from './transactions.ts'
import { checkPolicy, recordOf, setPassword, setStatus, signInUser } from './user-records.ts'

type RecoveryType = NonNullable<Transaction['recovery']>

/** What a user was sent, or an administrator was told. */
interface RecoveryToken {
  username: string
  type: RecoveryType
  expires_at: number
}

/** How long such a token lives, milliseconds. */
const lives = 60 * 60 * 1000

const tokensOf = ({ documents }: Pick<ApiRequest, 'documents'>) => documents.kind<RecoveryToken>('okta_recovery')

/** Whoever has an API token is told the recovery token; anybody else has it sent, and is not told whether there is such a user. */
function recover(request: ApiRequest, type: RecoveryType): Reply {
  const { context, documents, base_url } = request
  const body = bodyOf(request)
  const username = textIn(body, 'username') ?? ''
  const user = findNamed(username, context.realm)
  const expires_at = context.realm.clock.now() + lives
  const recoveryToken = randomText(20)
  const keep = ({ username }: User) => tokensOf(request).put(recoveryToken, { username, type, expires_at })
  if (request.authorization !== undefined) {
    checkApiToken(request)
    if (user === undefined) throw notThere(username, 'User')
    keep(user)
    const next = { name: 'recovery', ...link(`${base_url}/api/v1/authn/recovery/token`, 'POST') }
    const _links = { next, cancel: link(`${base_url}/api/v1/authn/cancel`, 'POST') }
    const _embedded = { user: signInUser(request, user) }
    return json({ expiresAt: iso(expires_at), status: 'RECOVERY', recoveryToken, _embedded, _links })
  }
  const factorType = textIn(body, 'factorType')?.toUpperCase()
  if (factorType !== 'EMAIL') {
    const causes = ["The 'factorType' attribute value must be EMAIL."]
    throw failure('E0000001', 'Without an API token the recovery token is sent by e-mail', { what: 'factorType', causes })
  }
  if (user !== undefined && user.email !== null) {
    keep(user)
    sendMessage(documents, { to: user.email, by: 'email', kind: type, code: recoveryToken, at: context.realm.clock.now() })
  }
  return json({ status: 'RECOVERY_CHALLENGE', factorResult: 'WAITING', factorType, recoveryType: type })
}

/** The token holds once; whoever has a recovery question answers it next. */
function redeem(request: ApiRequest): Reply {
  const tokens = tokensOf(request)
  const text = textIn(bodyOf(request), 'recoveryToken') ?? ''
  const token = tokens.get(text)
  const user = token && request.directory.findUser(token.username)
  if (token === undefined || user === undefined || token.expires_at <= request.context.realm.clock.now()) {
    throw failure('E0000011', 'recoveryToken is unknown, was used, or is older than an hour')
  }
  tokens.delete(text)
  if (recordOf(request.documents, user).recovery !== undefined) return begin(request, user, 'RECOVERY', token.type)
  return proved(request, user, token.type)
}

function answer(request: ApiRequest): Reply {
  const { transaction, user, end } = transactionOf(request, 'RECOVERY')
  const wanted = recordOf(request.documents, user).recovery?.answer ?? ''
  if (!sameSecret(textIn(bodyOf(request), 'answer') ?? '', wanted)) {
    throw failure('E0000087', `answer is not the one to the recovery question of user '${user.username}'`)
  }
  end()
  return proved(request, user, transaction.recovery ?? 'PASSWORD')
}

function proved(request: ApiRequest, user: User, type: RecoveryType): Reply {
  if (type === 'PASSWORD') return begin(request, user, 'PASSWORD_RESET', type)
  setStatus(request, user, 'ACTIVE')
  return json({ status: 'SUCCESS', recoveryType: type, _embedded: { user: signInUser(request, user) } })
}

function resetPassword(request: ApiRequest): Reply {
  const { user, end } = transactionOf(request, 'PASSWORD_RESET')
  const password = textIn(bodyOf(request), 'newPassword') ?? ''
  checkPolicy(password, user.username, 'E0000080')
  end()
  return goOn(request, setPassword(request.context.realm, user, password))
}

/** A forgotten password, and an account that is locked. */
export const recoveryRoutes: readonly Route[] = [
  post('/recovery/password', (request) => recover(request, 'PASSWORD')),
  post('/recovery/unlock', (request) => recover(request, 'UNLOCK')),
  post('/recovery/token', redeem),
  post('/recovery/answer', answer),
  post('/credentials/reset_password', resetPassword),
]
