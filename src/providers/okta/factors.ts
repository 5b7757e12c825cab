import { randomFrom, sameSecret } from '../../basics/random.ts'
import { sendMessage } from '../../oauth/model/outbox.ts'
import type { User } from '../../oauth/model/records.ts'
import type { OwnSpace } from '../own-spaces.ts'

/** Second factors: a code that stays, of an app as it were, and codes that are sent to a phone. */

/** What of a user's claims makes a factor, and how the vendor shows it. */
export interface Factor {
  readonly id: string
  readonly factorType: 'token:software:totp' | 'sms'
  readonly provider: 'GOOGLE' | 'OKTA'
  readonly profile: Readonly<Record<string, string>>
  /** What ID tokens have in their `amr`. */
  readonly amr: 'otp' | 'sms'
}

interface SentCode {
  code: string
  expires_at: number
}

type World = Pick<OwnSpace, 'documents' | 'clock'>

/** Milliseconds that a code which was sent can be entered. */
const lives = 5 * 60 * 1000

const codesIn = ({ documents }: World) => documents.kind<SentCode>('okta_sms')

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

/** The factors of a user: the claim `mfa_code` is a code, `mfa_phone` the number of a phone. */
export function factorsOf({ username, claims: { mfa_code, mfa_phone } }: User): Factor[] {
  const app: Factor = {
    id: 'ostgrantboxtotp00001',
    factorType: 'token:software:totp',
    provider: 'GOOGLE',
    profile: { credentialId: username },
    amr: 'otp',
  }
  const phoneNumber = textOf(mfa_phone)?.replace(/\d(?=.{4})/g, 'X')
  return [
    ...(textOf(mfa_code) === undefined ? [] : [app]),
    ...(phoneNumber === undefined
      ? []
      : [{ id: 'smsgrantboxphone0001', factorType: 'sms', provider: 'OKTA', profile: { phoneNumber }, amr: 'sms' } as const]),
  ]
}

/** Sends a code to the user's phone, which stands in the outbox. */
export function sendCode(user: User, world: World): void {
  const code = randomFrom('0123456789', 6)
  const at = world.clock.now()
  codesIn(world).put(user.user_id, { code, expires_at: at + lives }, { user })
  sendMessage(world.documents, { to: textOf(user.claims.mfa_phone) ?? '', by: 'sms', kind: 'MFA', code, at })
}

/** Whether a code was sent that can still be entered. */
export function isOnItsWay(user: User, world: World): boolean {
  return (codesIn(world).get(user.user_id, { user })?.expires_at ?? 0) > world.clock.now()
}

/** Whether a code is the one that the factor wants; one that was sent is used up. */
export function takeCode(user: User, { factorType }: Factor, code: string, world: World): boolean {
  if (factorType !== 'sms') return sameSecret(code, textOf(user.claims.mfa_code) ?? '')
  const sent = codesIn(world).get(user.user_id, { user })
  if (sent === undefined || !isOnItsWay(user, world) || !sameSecret(code, sent.code)) return false
  codesIn(world).delete(user.user_id, { user })
  return true
}
