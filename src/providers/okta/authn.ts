import { sameSecret } from '../../basics/random.ts'
import { checkPassword, findNamed } from '../../oauth/users/sign-in.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { bodyOf, failure, json, link, textIn } from './api.ts'
import { countPassword } from './attempts.ts'
import { sendCode, takeCode } from './factors.ts'
import { factorNamed, goOn, post, stateView, transactionOf } from './transactions.ts'
import { checkPolicy, setPassword, setStatus, statusOf } from './user-records.ts'

/** Codes of a second factor that may be wrong in one transaction. */
const mostCodes = 5

/** Primary authentication, or the state of one that is under way. */
function authn(request: ApiRequest): Reply {
  const { context, documents } = request
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
  const user = checked.ok ? checked.user : findNamed(username, context.realm)
  if (user !== undefined) context.trace.username = user.username
  const isLocked = user !== undefined && statusOf(documents, user) === 'LOCKED_OUT'
  if (isLocked || (!checked.ok && checked.reason === 'user_locked')) return lockedOut(request)
  if (!checked.ok) {
    if (user !== undefined && checked.reason === 'password_wrong') countPassword(user, false, context.realm)
    throw failure('E0000004', checked.explanation)
  }
  countPassword(checked.user, true, context.realm)
  return goOn(request, checked.user)
}

function lockedOut({ base_url }: ApiRequest): Reply {
  const next = { name: 'unlock', ...link(`${base_url}/api/v1/authn/recovery/unlock`, 'POST') }
  return json({ status: 'LOCKED_OUT', _embedded: {}, _links: { next } })
}

const worldOf = ({ documents, context }: ApiRequest) => ({ documents, clock: context.realm.clock })

/** Sends a code to the phone, the first or another one. */
function challenge(request: ApiRequest): Reply {
  const { user, keep } = transactionOf(request, 'MFA_REQUIRED', 'MFA_CHALLENGE')
  const { id, factorType } = factorNamed(user, request.params.factor)
  if (factorType !== 'sms') throw failure('E0000079', 'Nothing is sent to an app')
  sendCode(user, worldOf(request))
  return keep({ status: 'MFA_CHALLENGE', factor: id })
}

function verify(request: ApiRequest): Reply {
  const { transaction, user, end, keep } = transactionOf(request, 'MFA_REQUIRED', 'MFA_CHALLENGE')
  const factor = factorNamed(user, request.params.factor)
  const passCode = textIn(bodyOf(request), 'passCode')
  if (passCode === undefined) return factor.factorType === 'sms' ? challenge(request) : keep({})
  if (!takeCode(user, factor, passCode, worldOf(request))) {
    const failures = (transaction.failures ?? 0) + 1
    keep({ failures })
    if (failures >= mostCodes) {
      end()
      setStatus(request, user, 'LOCKED_OUT')
      throw failure('E0000069', `passCode was wrong ${failures} times, so user '${user.username}' is locked`)
    }
    const [what, explanation] =
      factor.factorType === 'sms'
        ? ['token', `passCode is not the code that was sent to user '${user.username}' (outbox), or it is too old`]
        : ['passcode', `passCode is not the claim mfa_code of user '${user.username}'`]
    throw failure('E0000068', explanation, { causes: [`Your ${what} doesn't match our records. Please try again.`] })
  }
  end()
  return goOn(request, user, 'MFA_REQUIRED')
}

function changePassword(request: ApiRequest): Reply {
  const { user, end } = transactionOf(request, 'PASSWORD_EXPIRED')
  const body = bodyOf(request)
  if (!sameSecret(textIn(body, 'oldPassword') ?? '', user.password ?? request.context.realm.company)) {
    throw failure('E0000014', 'oldPassword is not the password of the user', { causes: ['Old password is not correct'] })
  }
  const password = textIn(body, 'newPassword') ?? ''
  checkPolicy(password, user.username, 'E0000014')
  end()
  return goOn(request, setPassword(request.context.realm, user, password))
}

/** Signing in without a page: what tests use most. */
export const authnRoutes: readonly Route[] = [
  post('', authn),
  post('/factors/:factor/verify', verify),
  post('/factors/:factor/verify/resend', challenge),
  post('/previous', (request) => transactionOf(request, 'MFA_CHALLENGE').keep({ status: 'MFA_REQUIRED' })),
  post('/credentials/change_password', changePassword),
  post('/cancel', (request) => {
    transactionOf(request).end()
    return json({})
  }),
]
