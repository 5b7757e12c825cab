import { randomBytes } from 'node:crypto'
import type { User } from '../../../oauth/model/records.ts'
import type { AccountForm, AccountOutcome, AccountPage, AccountPages, AccountVisit } from '../../account-pages.ts'
import { base32 } from '../../totp.ts'
import { type Authenticator, activeOnes, authenticatorsOf, enrol, takeOtp } from './authenticators.ts'
import { isOnItsWay, sendFactorCode, takeFactorCode } from './oob.ts'
import { needsFactor } from './token.ts'

/** What is noted with a request whose user has shown a second factor. */
const shown = { second_factor: 'shown' }

const otpPath = '/u/mfa-otp-challenge'
const enrolPath = '/u/mfa-otp-enrollment-qr'
const oobPaths = { sms: '/u/mfa-sms-challenge', voice: '/u/mfa-voice-challenge', email: '/u/mfa-email-challenge' } as const

const optionsPath = '/u/mfa-login-options'

/** What a user has of a factor, as pages call it. */
const methods = { otp: 'Google Authenticator or similar', sms: 'SMS', voice: 'Phone', email: 'Email' } as const

const methodOf = ({ oob_channel }: Authenticator): keyof typeof methods => oob_channel ?? 'otp'
const pathOf = (method: keyof typeof methods) => (method === 'otp' ? otpPath : oobPaths[method])

/** The ways in which a user may show a factor, that of the oldest one first. */
function methodsOf(user: User, { documents }: AccountVisit['world']) {
  return [...new Set(activeOnes(user, documents).map(methodOf))]
}

const form: AccountForm = {
  id: 'mfa',
  submit: { text: 'Continue', name: 'action', value: 'default' },
  cancel: { text: 'Try another method', name: 'action', value: 'pick-authenticator' },
  error_id: 'error-element-',
}

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
    form,
    begin: (visit) => ({ note: note(userOf(visit), visit), optional: methodsOf(userOf(visit), visit.world).length > 1 }),
    submit(values, visit): AccountOutcome {
      const user = userOf(visit)
      if (values.action === 'pick-authenticator') return { next: optionsPath }
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

/** The page on which who has several factors says which of them. */
const optionsPage: AccountPage = {
  path: optionsPath,
  heading: 'Other Methods',
  rows: [],
  first: 'method',
  after_password: true,
  form,
  begin: (visit) => {
    const choices = methodsOf(userOf(visit), visit.world).map((value) => ({ value, label: methods[value] }))
    return { rows: [[{ name: 'method', label: 'Select a method to verify your identity', kind: 'choice', choices }]] }
  },
  submit(values, visit): AccountOutcome {
    const method = methodsOf(userOf(visit), visit.world).find((one) => one === values.method)
    if (method !== undefined) return { next: pathOf(method) }
    return { errors: { method: 'Select a method' }, explanation: `The user has no factor by '${values.method}'` }
  },
}

/** The pages of the sign-in on which users show a second factor, or get their first one. */
export const mfaPages: AccountPages = {
  instead(user, world, { parameters }) {
    if (parameters?.second_factor === shown.second_factor || !needsFactor(user, world)) return undefined
    const [first] = methodsOf(user, world)
    return first === undefined ? enrolPath : pathOf(first)
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
    optionsPage,
  ],
}
