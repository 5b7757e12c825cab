import { randomBytes } from 'node:crypto'
import type { User } from '../../../oauth/model/records.ts'
import { base32, isTotp } from '../../totp.ts'
import type { Factor } from '../account.ts'
import { ApiError, invalidParameter } from '../errors.ts'
import { type Input, isMembers } from './input.ts'
import type { OwnCall } from './own-account.ts'
import type { Pool } from './pool.ts'
import { challenge } from './second-factor.ts'
import { type ChallengeState, unseal } from './session.ts'

/** Who sets a software token up: a user with an access token, or in the session of the challenge that asks for it. */
export interface SetupCall extends OwnCall {
  session?: ChallengeState
}

/** The user of a session of MFA_SETUP. */
export function userInSetup(sealed: string, pool: Pool): { user: User; session: ChallengeState } {
  const session = unseal(sealed, 'MFA_SETUP', undefined, pool)
  return { user: pool.user(session.username), session }
}

function nextSession({ user, pool, session }: SetupCall): { Session?: string } {
  if (session === undefined) return {}
  return { Session: challenge('MFA_SETUP', {}, { user, client: pool.client(session.client_id), pool }).Session }
}

export function associateSoftwareToken(call: SetupCall) {
  const { user, pool } = call
  const secret = base32(randomBytes(32))
  pool.saveAccount(user, { totp: { secret, verified: false } })
  return { SecretCode: secret, ...nextSession(call) }
}

export function verifySoftwareToken(call: SetupCall) {
  const { input, user, pool } = call
  const code = input.need('UserCode')
  const { totp } = pool.account(user)
  if (totp === undefined) throw invalidParameter('Software token MFA has not been associated', 'AssociateSoftwareToken comes before')
  if (!isTotp(code, totp.secret, pool.now)) {
    const explanation = 'UserCode is not the code of the secret at the time of the sandbox (RFC 6238)'
    throw new ApiError('EnableSoftwareTokenMFAException', 'Code mismatch', explanation, 'code_unknown')
  }
  pool.saveAccount(user, { totp: { ...totp, verified: true } })
  // Whoever is made to have a factor has it at once.
  if (call.session !== undefined) setFactor('SOFTWARE_TOKEN_MFA', { Enabled: true, PreferredMfa: true }, user, pool)
  return { ...nextSession(call), Status: 'SUCCESS' }
}

const settings: Readonly<Record<string, Factor>> = {
  SMSMfaSettings: 'SMS_MFA',
  SoftwareTokenMfaSettings: 'SOFTWARE_TOKEN_MFA',
  EmailMfaSettings: 'EMAIL_OTP',
}

/** SetUserMFAPreference, and that of administrators. */
export function setPreference({ input, user, pool }: OwnCall) {
  for (const [name, factor] of Object.entries(settings)) {
    if (isMembers(input.members[name])) setFactor(factor, input.object(name), user, pool)
  }
  return {}
}

function setFactor(factor: Factor, said: Input['members'], user: User, pool: Pool): void {
  const { factors, preferred, totp } = pool.account(user)
  if (said.Enabled === true && factor === 'SOFTWARE_TOKEN_MFA' && totp?.verified !== true) {
    throw invalidParameter('User has not verified software token mfa', 'VerifySoftwareToken comes before')
  }
  if (said.Enabled === true && factor === 'SMS_MFA' && user.claims.phone_number === undefined) {
    throw invalidParameter('User does not have delivery config set to turn on SMS_MFA', 'The user has no phone_number')
  }
  const others = factors.filter((one) => one !== factor)
  const enabled = said.Enabled === true ? [...others, factor] : said.Enabled === false ? others : factors
  const stays = preferred === factor && said.PreferredMfa !== false && enabled.includes(factor) ? factor : undefined
  const chosen = said.PreferredMfa === true && enabled.includes(factor) ? factor : preferred === factor ? stays : preferred
  pool.saveAccount(user, { factors: enabled, preferred: chosen })
}
