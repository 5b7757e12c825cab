import { randomBytes } from 'node:crypto'
import type { User } from '../../../oauth/model/records.ts'
import type { AccountOutcome, AccountPage, AccountPages, AccountVisit } from '../../account-pages.ts'
import { base32 } from '../../totp.ts'
import { type Authenticator, activeOnes, authenticatorsOf, enrol, takeOtp } from './authenticators.ts'
import { isOnItsWay, sendFactorCode, takeFactorCode } from './oob.ts'
import { needsFactor } from './token.ts'

/** What is noted with a request whose user has shown a second factor. */
const shown = { second_factor: 'shown' }

const otpPath = '/u/mfa-otp-challenge'
const enrolPath = '/u/mfa-otp-enrollment-qr'
const oobPaths = { sms: '/u/mfa-sms-challenge', voice: '/u/mfa-voice-challenge', email: '/u/mfa-email-challenge' } as const

const rows = [[{ name: 'code', label: 'Enter the 6-digit code', required: true, autocomplete: 'one-time-code' }]]

/** A page that takes a code, and what it says when it comes. */
function codePage(
  path: string,
  heading: string,
  note: (user: User, visit: AccountVisit) => string,
  isRight: (user: User, code: string, visit: AccountVisit) => boolean,
): AccountPage {
  return {
    path,
    heading,
    rows,
    first: 'code',
    after_password: true,
    begin: (visit) => ({ note: note(userOf(visit), visit) }),
    submit(values, visit): AccountOutcome {
      const user = userOf(visit)
      if (isRight(user, values.code?.trim() ?? '', visit)) return { user, noted: shown }
      const explanation = 'The code is not what the user has, was used, or is too old; codes that were sent stand in the outbox'
      return { errors: { code: 'The code you entered is invalid' }, explanation }
    },
  }
}

function userOf({ user }: AccountVisit): User {
  if (user === undefined) throw new Error('nobody gave a password')
  return user
}

const isOtp = (user: User, code: string, { world }: AccountVisit) => takeOtp(user, code, world.documents, world.clock.now())

/** The secret of an app that waits for its first code; one is made when there is none. */
function waitingSecret(user: User, { documents }: AccountVisit['world']): string {
  const { secret } = authenticatorsOf(user, documents).find(({ authenticator_type }) => authenticator_type === 'otp') ?? {}
  return secret ?? enrol(user, { authenticator_type: 'otp', secret: base32(randomBytes(20)) }, documents).made.secret ?? ''
}

/** What stands for the code that a page asks of a user. */
const pageCode = ({ user_id }: User, { id }: Authenticator) => `page ${user_id} ${id}`

function oobPage(channel: keyof typeof oobPaths): AccountPage {
  const ofChannel = (user: User, { world }: AccountVisit) =>
    activeOnes(user, world.documents).find(({ oob_channel }) => oob_channel === channel)
  return codePage(
    oobPaths[channel],
    'Verify Your Identity',
    (user, visit) => {
      const one = ofChannel(user, visit)
      if (one !== undefined && !isOnItsWay(pageCode(user, one), visit.context)) {
        sendFactorCode(user, one, visit.context, pageCode(user, one))
      }
      return 'A code was sent to you.'
    },
    (user, code, visit) => {
      const one = ofChannel(user, visit)
      return one !== undefined && takeFactorCode(user, pageCode(user, one), code, visit.context)
    },
  )
}

/** The pages of the sign-in on which users show a second factor, or get their first one. */
export const mfaPages: AccountPages = {
  instead(user, world, { parameters }) {
    if (parameters?.second_factor === shown.second_factor || !needsFactor(user, world)) return undefined
    const [first] = activeOnes(user, world.documents)
    if (first === undefined) return enrolPath
    return first.oob_channel === undefined ? otpPath : oobPaths[first.oob_channel]
  },
  pages: [
    codePage(otpPath, 'Verify Your Identity', () => 'Check your preferred one-time password application for a code.', isOtp),
    codePage(
      enrolPath,
      'Secure Your Account',
      (user, { world }) => `Enter this key in your authenticator app, and then the code that it shows: ${waitingSecret(user, world)}`,
      isOtp,
    ),
    oobPage('sms'),
    oobPage('voice'),
    oobPage('email'),
  ],
}
