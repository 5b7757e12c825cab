import { sameSecret } from '../../basics/random.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { AccountForm, AccountPage, AccountPages } from '../account-pages.ts'
import type { NewUserField } from '../new-user.ts'
import { countPassword } from './attempts.ts'
import { type Factor, factorsOf, isOnItsWay, sendCode, takeCode } from './factors.ts'
import { checkPolicy, setPassword, statusOf } from './user-records.ts'

const expired = '/signin/password-expired'
const verify = { 'token:software:totp': '/signin/verify/google', sms: '/signin/verify/okta/sms' } as const

/** What is kept with a request whose user entered the code of his second factor. */
export const verified = 'okta_verified'

const form = (text: string): AccountForm => ({ id: 'form', submit: { text, input: true }, error_id: 'error-' })
const password: NewUserField = {
  name: 'credentials.passcode',
  label: 'New password',
  kind: 'password',
  required: true,
  autocomplete: 'new-password',
}
const code: NewUserField = { name: 'credentials.passcode', label: 'Enter code', required: true, autocomplete: 'one-time-code' }

/** Why a password is not taken, in the vendor's words; undefined when it is. */
function policyProblem(typed: string, login: string): string | undefined {
  try {
    checkPolicy(typed, login, 'E0000014')
    return undefined
  } catch (error) {
    if (error instanceof OAuthError) return error.about.causes
    throw error
  }
}

/** A page that takes the code of a factor. */
function codePage(factorType: Factor['factorType'], heading: string, begin: NonNullable<AccountPage['begin']>): AccountPage {
  return {
    path: verify[factorType],
    after_password: true,
    heading,
    rows: [[code]],
    first: code.name,
    form: form('Verify'),
    begin,
    submit(values, { user, world }) {
      const factor = user && factorsOf(user).find((one) => one.factorType === factorType)
      if (user !== undefined && factor !== undefined && takeCode(user, factor, values[code.name]?.trim() ?? '', world)) {
        return { user, noted: { [verified]: factor.amr } }
      }
      const explanation = `The code is not the claim mfa_code of user '${user?.username}', nor the one that was sent (outbox)`
      return { errors: { [code.name]: 'Invalid code. Try again.' }, explanation }
    },
  }
}

/** What comes behind the password: a new one for one that has expired, and the code of a second factor. */
export const oktaAccountPages: AccountPages = {
  attempts: {
    refusal: (user, { documents }) => (statusOf(documents, user) === 'LOCKED_OUT' ? 'Unable to sign in' : undefined),
    count: countPassword,
  },
  instead(user, { documents }, { parameters }) {
    if (statusOf(documents, user) === 'PASSWORD_EXPIRED') return expired
    const [first] = factorsOf(user)
    return first === undefined || parameters?.[verified] !== undefined ? undefined : verify[first.factorType]
  },
  pages: [
    {
      path: expired,
      after_password: true,
      heading: 'Your password has expired',
      rows: [[password], [{ ...password, name: 'confirmPassword', label: 'Re-enter password' }]],
      first: password.name,
      form: form('Change Password'),
      submit(values, { user, world }) {
        const typed = values[password.name] ?? ''
        const problem = policyProblem(typed, user?.username ?? '')
        if (user === undefined || problem !== undefined) {
          return { errors: { [password.name]: problem ?? '' }, explanation: 'The password does not meet the policy' }
        }
        if (!sameSecret(values.confirmPassword ?? '', typed)) {
          return { errors: { confirmPassword: 'New passwords must match' }, explanation: 'confirmPassword is another password' }
        }
        return { user: setPassword(world, user, typed) }
      },
    },
    codePage('token:software:totp', 'Verify with Google Authenticator', () => ({})),
    codePage('sms', 'Verify with your phone', ({ user, world }) => {
      if (user !== undefined && !isOnItsWay(user, world)) sendCode(user, world)
      return { note: 'A code was sent to your phone.' }
    }),
  ],
}
