/**
 * In this room: Sign in with Apple.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { defaultPageTexts, type PageTexts } from '../page-texts.ts'
import type { SignInPages } from '../sign-in-pages.ts'

/** What the vendor's sign-in says. */
export const appleTexts: PageTexts = {
  ...defaultPageTexts,
  title: 'Sign in with Apple Account',
  logo: 'Apple Account',
  signInHeading: 'Sign in with Apple Account',
  continueTo: 'Use your Apple Account to sign in to',
  usernamePlaceholder: 'Email or Phone Number',
  passwordPlaceholder: 'Password',
  signInButton: 'Continue',
}

/** The name, then the password, then what the app is to know. */
export const applePages: SignInPages = {
  username: { name: 'accountName', id: 'account_name_text_field' },
  next: { text: 'Continue', id: 'sign-in' },
  password: { name: 'password', id: 'password_text_field' },
  submit: { text: 'Sign In', id: 'sign-in' },
  refused: { text: 'Check the account information you entered and try again.', id: 'errMsg' },
  consent: {
    title: 'Sign in with Apple Account',
    heading: 'Sign in with Apple Account',
    text: 'Use your Apple Account to sign in to {app}.',
    allow: { text: 'Continue' },
    deny: { text: 'Cancel' },
  },
  posted: { title: 'Sign in with Apple Account', button: { text: 'Continue' } },
  error: {
    title: 'Sign in with Apple Account',
    heading: 'Sign in could not be completed',
    text: '{error_description}',
    lines: ['{error}'],
  },
}
