import { randomBytes } from 'node:crypto'
import { sameSecret } from '../../basics/random.ts'
import { refusal } from '../../oauth/model/errors.ts'
import type { AuthorizationRequest, Client, User } from '../../oauth/model/records.ts'
import type { AccountPage, AccountPages, AccountVisit } from '../account-pages.ts'
import type { NewUserField } from '../new-user.ts'
import { checkSignIn, factorShown } from './conditional-access.ts'
import { factorOf, isRightCode, settled, waitingSecret } from './factors.ts'
import { checkHomeAtSignIn } from './homes.ts'
import { mustChangePassword, withNewPassword } from './passwords.ts'

const below = '/{tenant}/oauth2/v2.0/authorize'
const codePath = `${below}/verify`
const enrolPath = `${below}/enroll`
const passwordPath = `${below}/password`

const code: NewUserField = { name: 'otc', label: 'Code', required: true, autocomplete: 'one-time-code' }
const field = (name: string, label: string, autocomplete: string): NewUserField => ({
  name,
  label,
  kind: 'password',
  required: true,
  autocomplete,
})

const form = (submit: string, id: string) => ({ id: 'i0281', submit: { text: submit, id, input: true }, error_id: 'id' })
const wrongCode = { otc: "You didn't enter the expected verification code. Please try again." }
const explained = 'The code is not that of the authenticator app now, by the clock of the sandbox'

function userOf({ user }: AccountVisit): User {
  if (user === undefined) throw new Error('nobody gave a password')
  return user
}

const pages: readonly AccountPage[] = [
  {
    path: codePath,
    heading: 'Enter code',
    rows: [[code]],
    first: code.name,
    after_password: true,
    form: form('Verify', 'idSubmit_SAOTCC_Continue'),
    begin: () => ({ note: 'Enter the code displayed in the authenticator app on your mobile device' }),
    submit(values, visit) {
      const user = userOf(visit)
      const right = isRightCode(values.otc, factorOf(user) ?? '', visit.world.clock.now())
      return right ? { user, noted: factorShown } : { errors: wrongCode, explanation: explained }
    },
  },
  {
    path: enrolPath,
    heading: 'More information required',
    rows: [[code]],
    first: code.name,
    after_password: true,
    form: form('Next', 'idSubmit_ProofUp_Redirect'),
    begin: (visit) => ({
      note: `Your organization needs more information to keep your account secure. Put this key into an authenticator app, and enter the code that it shows: ${secretFor(visit)}`,
    }),
    submit(values, visit) {
      const { world } = visit
      const user = userOf(visit)
      const secret = secretFor(visit)
      if (!isRightCode(values.otc, secret, world.clock.now())) return { errors: wrongCode, explanation: explained }
      const enrolled = { ...user, claims: { ...user.claims, otp_secret: secret } }
      world.directory.updateUser(enrolled)
      settled(user, world.documents)
      return { user: enrolled, noted: factorShown }
    },
  },
  {
    path: passwordPath,
    heading: 'Update your password',
    rows: [
      [field('currentPassword', 'Current password', 'current-password')],
      [field('newPassword', 'New password', 'new-password')],
      [field('confirmNewPassword', 'Confirm password', 'new-password')],
    ],
    first: 'currentPassword',
    after_password: true,
    form: form('Sign in', 'idSIButton9'),
    begin: () => ({
      note: 'You need to update your password because this is the first time you are signing in, or because your password has expired.',
    }),
    submit(values, visit) {
      const { world } = visit
      const user = userOf(visit)
      const { currentPassword = '', newPassword = '', confirmNewPassword = '' } = values
      if (!sameSecret(currentPassword, user.password ?? world.company)) {
        return {
          errors: { currentPassword: 'Your current password is incorrect.' },
          explanation: 'currentPassword is not the password of the user',
        }
      }
      if (!sameSecret(newPassword, confirmNewPassword)) {
        return { errors: { confirmNewPassword: 'These passwords do not match.' }, explanation: 'confirmNewPassword is another password' }
      }
      const changed = withNewPassword(user, newPassword)
      world.directory.updateUser(changed)
      return { user: changed }
    },
  },
]

function secretFor(visit: AccountVisit): string {
  return waitingSecret(userOf(visit), visit.world.documents, () => randomBytes(20))
}

/** In a user flow who has forgotten his password goes back to the application, which sends him to another flow. */
const forgotten: AccountPage = {
  path: '/{tenant}/{policy}/oauth2/v2.0/authorize/forgot',
  edition: 'b2c',
  link: 'Forgot your password?',
  heading: 'Forgot your password?',
  rows: [],
  first: '',
  begin: ({ request, client }) => {
    throw hasForgotten(request, client)
  },
  submit: (_values, { request, client }) => {
    throw hasForgotten(request, client)
  },
}

function hasForgotten(request: AuthorizationRequest, client: Client) {
  const message = 'AADB2C90118: The user has forgotten their password.'
  return refusal(request, client, 'access_denied', message, 'The user pressed the link for who has forgotten his password').naming({
    flow: message,
  })
}

/** What stands behind the password: a new one for one that has expired, and the second factor that a policy wants. */
export const entraAccountPages: AccountPages = {
  always: true,
  instead(user, { store, settings }, request, space) {
    const client = store.findClient(request.client_id)
    if (client === undefined) return undefined
    checkHomeAtSignIn(user, request, client, space)
    if (mustChangePassword(user)) return passwordPath
    if (checkSignIn(user, request, client, settings) === undefined) return undefined
    return factorOf(user) === undefined ? enrolPath : codePath
  },
  pages: [...pages, forgotten],
}
