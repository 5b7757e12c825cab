import type { Client, User } from '../../../oauth/model/records.ts'
import type { Account, Factor } from '../account.ts'
import { sendCode } from './codes.ts'
import { type SignedIn, signInTokens } from './issue.ts'
import type { Pool } from './pool.ts'
import { type ChallengeState, seal } from './session.ts'

/** What a client is to answer before it gets tokens. */
export interface Challenge {
  ChallengeName: string
  Session: string
  ChallengeParameters: Readonly<Record<string, string>>
}

/** A challenge of a user at a client, with what it is about in its session. */
export function challenge(
  name: string,
  ChallengeParameters: Challenge['ChallengeParameters'],
  { user, client, pool, state = {} }: { user: Pick<User, 'username'>; client: Client; pool: Pool; state?: Partial<ChallengeState> },
): Challenge {
  const { username } = user
  const Session = seal({ ...state, challenge: name, username, client_id: client.client_id }, pool)
  return { ChallengeName: name, Session, ChallengeParameters }
}

/** Goes on with a user whose password was right: a new password first, then the second factor, then tokens. */
export function afterPassword(user: User, client: Client, pool: Pool): Promise<SignedIn> | Challenge {
  const account = pool.account(user)
  if (account.status === 'FORCE_CHANGE_PASSWORD') {
    const { sub: _own, ...attributes } = Object.fromEntries(pool.listed(user).Attributes.map(({ Name, Value }) => [Name, Value]))
    const parameters = { USER_ID_FOR_SRP: user.username, requiredAttributes: '[]', userAttributes: JSON.stringify(attributes) }
    return challenge('NEW_PASSWORD_REQUIRED', parameters, { user, client, pool })
  }
  const factors = factorsOf(account, pool)
  const { preferred = factors[0] } = account
  if (preferred !== undefined) {
    const chosen = account.preferred === undefined && factors.length > 1 ? undefined : preferred
    return chosen === undefined ? selectFactor(factors, user, client, pool) : askFactor(chosen, user, client, pool)
  }
  if (pool.record.MfaConfiguration === 'ON') {
    const parameters = { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]', USER_ID_FOR_SRP: user.username }
    return challenge('MFA_SETUP', parameters, { user, client, pool })
  }
  return signInTokens(user, client, pool)
}

function factorsOf({ factors, totp }: Account, pool: Pool): readonly Factor[] {
  if (pool.record.MfaConfiguration === 'OFF') return []
  return factors.filter((one) => one !== 'SOFTWARE_TOKEN_MFA' || totp?.verified === true)
}

function selectFactor(factors: readonly Factor[], user: User, client: Client, pool: Pool): Challenge {
  const parameters = { MFAS_CAN_CHOOSE: JSON.stringify(factors), USER_ID_FOR_SRP: user.username }
  return challenge('SELECT_MFA_TYPE', parameters, { user, client, pool })
}

/** Asks for a factor; a code of the pool's goes to the outbox. */
export function askFactor(factor: Factor, user: User, client: Client, pool: Pool): Challenge {
  if (factor === 'SOFTWARE_TOKEN_MFA') return challenge(factor, { USER_ID_FOR_SRP: user.username }, { user, client, pool })
  const phone = user.claims.phone_number
  const to =
    factor === 'SMS_MFA' && typeof phone === 'string'
      ? ({ to: phone, by: 'sms', attribute: 'phone_number' } as const)
      : pool.deliveryOf(user)
  const sent = sendCode(pool, user, factor, to)
  const parameters = {
    CODE_DELIVERY_DELIVERY_MEDIUM: sent?.DeliveryMedium ?? 'EMAIL',
    CODE_DELIVERY_DESTINATION: sent?.Destination ?? '',
    USER_ID_FOR_SRP: user.username,
  }
  return challenge(factor, parameters, { user, client, pool })
}
