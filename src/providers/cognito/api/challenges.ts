import { sameSecret } from '../../../basics/random.ts'
import type { User } from '../../../oauth/model/records.ts'
import { isTotp } from '../../totp.ts'
import { countPassword } from '../attempts.ts'
import { withAttributes } from '../attributes.ts'
import { ApiError, invalidParameter, notAuthorized } from '../errors.ts'
import { passwordSignature, passwordVerifier, serverPublic, sharedKey } from '../srp.ts'
import { type ClientCall, choose, identityOf, passwordOf, proven, provePassword, required, type Step, saltOf } from './authenticate.ts'
import { takeCode } from './codes.ts'
import { signInTokens } from './issue.ts'
import { checkNewPassword, holdOff } from './passwords.ts'
import type { Pool } from './pool.ts'
import { afterPassword, askFactor } from './second-factor.ts'
import { checkSecretHash } from './secret-hash.ts'
import { spend, unseal } from './session.ts'

/** What a client answers to a challenge. */
interface Responses {
  call: ClientCall
  given: Readonly<Record<string, string>>
}

/** The challenges that can be answered. */
const challenges: Readonly<Record<string, (responses: Responses) => Step>> = {
  PASSWORD_VERIFIER: answerSrp,
  NEW_PASSWORD_REQUIRED: answerNewPassword,
  SOFTWARE_TOKEN_MFA: answerTotp,
  SMS_MFA: (responses) => answerCode('SMS_MFA', 'SMS_MFA_CODE', responses),
  EMAIL_OTP: (responses) => answerCode('EMAIL_OTP', 'EMAIL_OTP_CODE', responses),
  SELECT_MFA_TYPE: answerFactor,
  SELECT_CHALLENGE: answerChoice,
  PASSWORD: ({ call, given }) => {
    const { user } = userOf('PASSWORD', { call, given })
    return provePassword(call, user.username, user, required(given, 'PASSWORD'))
  },
  MFA_SETUP: ({ call, given }) => {
    const { user, passed } = userOf('MFA_SETUP', { call, given })
    const { totp } = call.pool.account(user)
    if (totp?.verified !== true) {
      throw invalidParameter('User has not set up software token mfa', 'AssociateSoftwareToken and VerifySoftwareToken come before')
    }
    passed()
    return signInTokens(user, call.client, call.pool)
  },
}

/** RespondToAuthChallenge and AdminRespondToAuthChallenge. */
export function respondToAuthChallenge(call: ClientCall): Step {
  const { input, pool } = call
  const name = input.need('ChallengeName')
  pool.context.trace.grant_type = name
  const answer = Object.hasOwn(challenges, name) ? challenges[name] : undefined
  if (answer === undefined) {
    const known = Object.keys(challenges).join(', ')
    throw invalidParameter(`Challenge ${name} is not supported`, `grantbox knows the challenges ${known}`)
  }
  return answer({ call, given: input.map('ChallengeResponses') })
}

/** The user of a challenge, by its session, which is used up when the answer was right. */
function userOf(challenge: string, { call: { input, client, pool }, given }: Responses): { user: User; passed: () => void } {
  const state = unseal(input.text('Session'), challenge, client.client_id, pool)
  const user = pool.user(state.username)
  const came = given.USERNAME ?? user.username
  checkSecretHash(given.SECRET_HASH, [came, user.username], client)
  pool.context.trace.username = user.username
  return { user, passed: () => spend(state, pool) }
}

function answerSrp({ call, given }: Responses): Step {
  const { client, pool } = call
  const username = required(given, 'USERNAME')
  const block = required(given, 'PASSWORD_CLAIM_SECRET_BLOCK')
  const timestamp = required(given, 'TIMESTAMP')
  const signature = required(given, 'PASSWORD_CLAIM_SIGNATURE')
  checkSecretHash(given.SECRET_HASH, [username], client)
  const state = unseal(block, 'PASSWORD_VERIFIER', client.client_id, pool)
  const user = pool.findUser(state.username)
  pool.context.trace.username = state.username
  const identity = identityOf(state.username, pool)
  const verifier = passwordVerifier(identity, passwordOf(user, pool), saltOf(state.username, pool))
  const b = Buffer.from(String(state.b), 'hex')
  const key = sharedKey(evenHex(String(state.A)), serverPublic(verifier, b), b, verifier)
  if (user !== undefined) holdOff(user, pool)
  const right = key !== undefined && sameSecret(passwordSignature(key, identity, Buffer.from(block, 'base64'), timestamp), signature)
  if (user !== undefined) countPassword(user, right, pool.world)
  if (user === undefined || !right) {
    const explanation = 'PASSWORD_CLAIM_SIGNATURE was not made with the password of the user, this secret block and this timestamp'
    throw notAuthorized('Incorrect username or password.', explanation, 'password_wrong')
  }
  spend(state, pool)
  return proven(user, call)
}

function evenHex(hex: string): Buffer {
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

function answerNewPassword(responses: Responses): Step {
  const { call, given } = responses
  const { client, pool } = call
  const password = required(given, 'NEW_PASSWORD')
  checkNewPassword(password, pool)
  const { user, passed } = userOf('NEW_PASSWORD_REQUIRED', responses)
  passed()
  const prefix = 'userAttributes.'
  const attributes = Object.entries(given).flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : []))
  const changed = { ...withAttributes(user, Object.fromEntries(attributes)), password }
  pool.saveUser(changed)
  pool.saveAccount(user, { status: 'CONFIRMED' })
  return afterPassword(changed, client, pool)
}

function answerTotp(responses: Responses): Step {
  const { call, given } = responses
  const { client, pool } = call
  const code = required(given, 'SOFTWARE_TOKEN_MFA_CODE')
  const { user, passed } = userOf('SOFTWARE_TOKEN_MFA', responses)
  const { totp } = pool.account(user)
  if (totp === undefined || !isTotp(code, totp.secret, pool.now)) {
    throw new ApiError('CodeMismatchException', 'Invalid code received for user', 'The code is not that of the secret now', 'code_unknown')
  }
  if (totp.last === code) {
    throw new ApiError('ExpiredCodeException', 'Your software token has already been used once.', 'A code signs in once', 'code_used')
  }
  passed()
  pool.saveAccount(user, { totp: { ...totp, last: code } })
  return signInTokens(user, client, pool)
}

function answerCode(kind: 'SMS_MFA' | 'EMAIL_OTP', parameter: string, responses: Responses): Step {
  const { call, given } = responses
  const { client, pool } = call
  const code = required(given, parameter)
  const { user, passed } = userOf(kind, responses)
  enterCode(pool, user, kind, code)
  passed()
  return signInTokens(user, client, pool)
}

function enterCode(pool: Pool, user: User, kind: string, code: string): void {
  try {
    takeCode(pool, user, kind, code)
  } catch (error) {
    if (!(error instanceof ApiError) || error.type !== 'CodeMismatchException') throw error
    throw new ApiError('CodeMismatchException', 'Invalid code received for user', error.explanation, 'code_unknown')
  }
}

function answerFactor(responses: Responses): Step {
  const { call, given } = responses
  const chosen = required(given, 'ANSWER')
  const { user } = userOf('SELECT_MFA_TYPE', responses)
  if (chosen === 'SMS_MFA' || chosen === 'SOFTWARE_TOKEN_MFA' || chosen === 'EMAIL_OTP')
    return askFactor(chosen, user, call.client, call.pool)
  throw invalidParameter('Invalid ANSWER', `ANSWER is '${chosen}'; expected SMS_MFA, SOFTWARE_TOKEN_MFA or EMAIL_OTP`)
}

function answerChoice(responses: Responses): Step {
  const { call, given } = responses
  const chosen = required(given, 'ANSWER')
  const { user } = userOf('SELECT_CHALLENGE', responses)
  return choose(call, user.username, user, chosen, given)
}
