import { sameSecret } from '../../basics/random.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { AccountForm, AccountPages } from '../account-pages.ts'
import type { NewUserField } from '../new-user.ts'
import { countPassword } from './attempts.ts'
import { checkPolicy, secondFactor, setPassword, statusOf } from './user-records.ts'

const expired = '/signin/password-expired'
const verify = '/signin/verify/google'

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

/** What comes behind the password: a new one for one that has expired, and the code of a second factor. */
export const oktaAccountPages: AccountPages = {
  attempts: {
    refusal: (user, { documents }) => (statusOf(documents, user) === 'LOCKED_OUT' ? 'Unable to sign in' : undefined),
    count: countPassword,
  },
  instead(user, { documents }, { parameters }) {
    if (statusOf(documents, user) === 'PASSWORD_EXPIRED') return expired
    return secondFactor(user) === undefined || parameters?.[verified] !== undefined ? undefined : verify
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
    {
      path: verify,
      after_password: true,
      heading: 'Verify with Google Authenticator',
      rows: [[code]],
      first: code.name,
      form: form('Verify'),
      submit(values, { user }) {
        if (user !== undefined && sameSecret(values[code.name]?.trim() ?? '', secondFactor(user) ?? '')) {
          return { user, noted: { [verified]: 'otp' } }
        }
        const explanation = `The code is not the claim mfa_code of user '${user?.username}'`
        return { errors: { [code.name]: 'Invalid code. Try again.' }, explanation }
      },
    },
  ],
}
