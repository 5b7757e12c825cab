import type { User } from '../../oauth/model/records.ts'
import type { AccountOutcome, AccountPages, AccountVisit } from '../account-pages.ts'
import type { NewUserField, NewUserValues } from '../new-user.ts'
import { accountOf } from './account.ts'
import { mustSendCode, sendCode, takeCode } from './api/codes.ts'
import { checkNewPassword, rightPassword } from './api/passwords.ts'
import { Pool } from './api/pool.ts'
import { confirm, makeUser } from './api/sign-up.ts'
import { countPassword, lockedOut } from './attempts.ts'
import { ApiError } from './errors.ts'

const username: NewUserField = { name: 'username', label: 'Username', is_username: true, required: true, autocomplete: 'username' }
const code: NewUserField = { name: 'code', label: 'Verification code', required: true, autocomplete: 'one-time-code' }
const password: NewUserField = { name: 'password', label: 'Password', kind: 'password', required: true, autocomplete: 'new-password' }

/** Says what the JSON API would refuse at the field that it is about. */
function trying(work: (pool: Pool, typed: (name: string) => string) => AccountOutcome) {
  return (values: NewUserValues, { context, world }: AccountVisit): AccountOutcome => {
    try {
      return work(new Pool(world, context), (name) => values[name]?.trim() ?? '')
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return { errors: { [fieldOf(error)]: error.message }, explanation: error.explanation }
    }
  }
}

function fieldOf({ type }: ApiError): string {
  if (type === 'InvalidPasswordException') return 'password'
  if (type === 'NotAuthorizedException') return 'old_password'
  return type === 'CodeMismatchException' || type === 'ExpiredCodeException' ? 'code' : 'username'
}

/** The pages of the hosted UI beside the sign-in; codes stand in the outbox. */
export const cognitoAccountPages: AccountPages = {
  attempts: { refusal: lockedOut, count: countPassword },
  instead(user, { documents }) {
    switch (accountOf(user, documents).status) {
      case 'UNCONFIRMED':
        return '/confirmUser'
      case 'FORCE_CHANGE_PASSWORD':
        return '/changePassword'
      case 'RESET_REQUIRED':
        return '/forgotPassword'
    }
    return undefined
  },
  pages: [
    {
      path: '/signup',
      link: 'Need an account? Sign up',
      heading: 'Sign up',
      rows: [[username], [{ name: 'email', label: 'Email', kind: 'email', required: true, autocomplete: 'email' }], [password]],
      first: 'username',
      submit: trying((pool, typed) => {
        checkNewPassword(typed('password'), pool)
        const attributes = { email: typed('email') }
        const user = makeUser({ username: typed('username'), password: typed('password'), attributes, status: 'UNCONFIRMED' }, pool)
        sendCode(pool, user, 'SignUp')
        return { next: '/confirmUser', values: { username: user.username } }
      }),
    },
    {
      path: '/confirmUser',
      heading: 'Confirm your account',
      rows: [[username], [code]],
      first: 'code',
      submit: trying((pool, typed) => {
        const user = pool.user(typed('username'))
        takeCode(pool, user, 'SignUp', typed('code'))
        confirm(user, pool)
        return { user: pool.user(user.username) }
      }),
    },
    {
      path: '/forgotPassword',
      link: 'Forgot your password?',
      heading: 'Forgot your password?',
      rows: [[username]],
      first: 'username',
      submit: trying((pool, typed) => {
        const user = pool.findUser(typed('username'))
        if (user !== undefined) mustSendCode(pool, user, 'ForgotPassword')
        else pool.context.trace.explanation = `There is no user '${typed('username')}': nothing was sent, and the page does not tell`
        return { next: '/confirmForgotPassword', values: { username: typed('username') } }
      }),
    },
    {
      path: '/confirmForgotPassword',
      heading: 'Change password',
      rows: [[username], [code], [{ ...password, label: 'New password' }]],
      first: 'code',
      submit: trying((pool, typed) => {
        checkNewPassword(typed('password'), pool)
        const user = pool.user(typed('username'))
        takeCode(pool, user, 'ForgotPassword', typed('code'))
        return { user: withPassword(user, typed('password'), pool) }
      }),
    },
    {
      path: '/changePassword',
      heading: 'Change password',
      rows: [
        [username],
        [{ ...password, name: 'old_password', label: 'Temporary password', autocomplete: 'current-password' }],
        [{ ...password, label: 'New password' }],
      ],
      first: 'old_password',
      submit: trying((pool, typed) => {
        const user = rightPassword(typed('username'), typed('old_password'), pool)
        checkNewPassword(typed('password'), pool)
        return { user: withPassword(user, typed('password'), pool) }
      }),
    },
  ],
}

function withPassword(user: User, password: string, pool: Pool): User {
  const changed = { ...user, password }
  pool.saveUser(changed)
  pool.saveAccount(user, { status: 'CONFIRMED' })
  return changed
}
