import { randomFrom, sameSecret } from '../../../basics/random.ts'
import { sendMessage } from '../../../oauth/model/outbox.ts'
import type { User } from '../../../oauth/model/records.ts'
import { countAttempt, limitAttempts } from '../attempts.ts'
import { ApiError, invalidParameter } from '../errors.ts'
import type { Pool } from './pool.ts'

/** Where a code goes, as the answers tell it. */
export interface CodeDelivery {
  AttributeName: string
  DeliveryMedium: 'EMAIL' | 'SMS'
  Destination: string
}

/** Seconds that a code of a purpose can be entered. */
const lifetimes: Readonly<Record<string, number>> = { SignUp: 24 * 3600, ForgotPassword: 3600, SMS_MFA: 180, EMAIL_OTP: 180 }
const usualLifetime = 24 * 3600

/** Codes of a sign-in, whose session ends before many can be tried. */
const ofSignIns = ['SMS_MFA', 'EMAIL_OTP']

/** Puts a code for a user into the outbox. @param kind what it is for, as the outbox names it */
export function sendCode(pool: Pool, user: User, kind: string, delivery = pool.deliveryOf(user)): CodeDelivery | undefined {
  if (delivery === undefined) return undefined
  const code = randomFrom('0123456789', 6)
  const { now } = pool
  const expires_at = now + (lifetimes[kind] ?? usualLifetime) * 1000
  pool.saveAccount(user, { codes: { ...pool.account(user).codes, [kind]: { code, expires_at } } })
  sendMessage(pool.world.documents, { to: delivery.to, by: delivery.by, kind, code, at: now })
  const DeliveryMedium = delivery.by === 'email' ? 'EMAIL' : 'SMS'
  return { AttributeName: delivery.attribute, DeliveryMedium, Destination: masked(delivery.to) }
}

/** @throws ApiError InvalidParameterException when the user has no address that codes go to, LimitExceededException */
export function mustSendCode(pool: Pool, user: User, kind: string, delivery = pool.deliveryOf(user)): CodeDelivery {
  countAttempt(user, `asking for a code of ${kind}`, pool.world)
  const sent = sendCode(pool, user, kind, delivery)
  if (sent !== undefined) return sent
  throw invalidParameter('Cannot reset password for the user as there is no registered/verified email or phone_number')
}

/** Takes a code that was entered. @throws ApiError CodeMismatchException, ExpiredCodeException or LimitExceededException */
export function takeCode(pool: Pool, user: User, kind: string, entered: string): void {
  const attempt = `entering a code of ${kind}`
  if (!ofSignIns.includes(kind)) limitAttempts(user, attempt, pool.world)
  const { [kind]: waiting, ...others } = pool.account(user).codes
  if (waiting === undefined || waiting.expires_at <= pool.now) {
    const why = waiting === undefined ? `No code for ${kind} waits for user '${user.username}'` : 'The code has expired'
    throw new ApiError('ExpiredCodeException', 'Invalid code provided, please request a code again.', why, 'code_expired')
  }
  if (!sameSecret(waiting.code, entered)) {
    if (!ofSignIns.includes(kind)) countAttempt(user, attempt, pool.world)
    const explanation = `The code is not the one that was sent; the sandbox's outbox has it`
    throw new ApiError('CodeMismatchException', 'Invalid verification code provided, please try again.', explanation, 'code_unknown')
  }
  pool.saveAccount(user, { codes: others })
}

/** An address of which little is seen: `a***@e***`, `+*******1234`. */
export function masked(to: string): string {
  const [name = '', host] = to.split('@')
  if (host === undefined) return `+${'*'.repeat(Math.max(0, to.length - 5))}${to.slice(-4)}`
  return `${name.charAt(0)}***@${host.charAt(0)}***`
}
