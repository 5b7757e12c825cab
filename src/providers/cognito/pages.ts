/**
 * In this room: Cognito.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { defaultPageTexts, type PageTexts } from '../page-texts.ts'
import type { SignInPages } from '../sign-in-pages.ts'

/** What Cognito's classic hosted pages say. */
export const cognitoTexts: PageTexts = {
  ...defaultPageTexts,
  title: 'Signin',
  logo: '{company}',
  signInHeading: 'Sign in with your username and password',
  usernamePlaceholder: 'Username',
  passwordPlaceholder: 'Password',
  signInButton: 'Sign in',
  joinButton: 'Sign up',
}

/** The classic page has its form twice, and the second is the one of wide windows. */
export const cognitoPages: SignInPages = {
  twice: true,
  username: { name: 'username', id: 'signInFormUsername' },
  password: { name: 'password', id: 'signInFormPassword' },
  submit: { text: 'Sign in', name: 'signInSubmitButton', input: true },
  refused: { text: 'Incorrect username or password.', id: 'loginErrorMessage' },
  refused_status: 200,
  error: { heading: 'An error was encountered with the requested page.', text: '{error}' },
}
