import { randomFrom } from '../../basics/random.ts'
import type { AccountPage } from '../account-pages.ts'
import { addOtp, appSecret, periodOf, takeOtp } from './otp.ts'
import { actionPage, cancel, form, pathOf, refused } from './required-action.ts'
import { signOut } from './sessions.ts'

/** What is noted with a request whose user has shown a code of his app. */
export const otpShown = { second_factor: 'shown' }

const invalid = 'Invalid authenticator code.'
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Sets up an authenticator app: the page shows its secret, and brings it back with the first code. */
export const configureTotp = actionPage(
  'CONFIGURE_TOTP',
  {
    heading: 'Mobile Authenticator Setup',
    rows: [
      [{ name: 'totp', label: 'One-time code', autocomplete: 'one-time-code' }],
      [{ name: 'totpSecret', label: '', kind: 'hidden' }],
      [{ name: 'userLabel', label: 'Device Name' }],
    ],
    first: 'totp',
    form: form(
      'kc-totp-settings-form',
      { text: 'Submit', id: 'saveTOTPBtn', input: true },
      { box: { name: 'logout-sessions', label: 'Sign out from other devices' }, cancel: { ...cancel, id: 'cancelTOTPBtn' } },
    ),
    begin: () => ({
      note: 'You need to set up Mobile Authenticator to activate your account.',
      values: { totpSecret: randomFrom(letters, 20) },
    }),
    shows: ({ totpSecret = '' }) => ({
      before: 'Open the application and enter the key:',
      id: 'kc-totp-secret-key',
      text: appSecret(totpSecret).replace(/.{4}(?=.)/g, '$& '),
    }),
  },
  ({ totp = '', totpSecret = '', userLabel = '', ...values }, user, { world, session }) => {
    const used = periodOf(totp.trim(), totpSecret, world.clock.now())
    const wrong = totp === '' ? 'Please specify authenticator code.' : invalid
    if (used === undefined) return refused({ totp: wrong }) ?? { user }
    addOtp(user, { secret: totpSecret, userLabel, used }, world)
    if (values['logout-sessions'] !== undefined) signOut(world, user, session?.sid)
    return { user, noted: otpShown }
  },
)

/** Asks for a code of the app, after the password. */
export const otpPage: AccountPage = {
  path: pathOf('OTP'),
  heading: 'Sign In',
  rows: [[{ name: 'otp', label: 'One-time code', autocomplete: 'one-time-code' }]],
  first: 'otp',
  form: form('kc-otp-login-form', { text: 'Sign In', id: 'kc-login', name: 'login', value: '' }),
  after_password: true,
  submit({ otp = '' }, { user, world }) {
    if (user === undefined) throw new Error('nobody gave a password')
    if (takeOtp(user, otp.trim(), world)) return { user, noted: otpShown }
    return { errors: { otp: invalid }, explanation: "The code is not what the user's app shows, or it was taken before" }
  },
}
