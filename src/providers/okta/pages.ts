import { defaultPageTexts, type PageTexts } from '../page-texts.ts'
import type { SignInPages } from '../sign-in-pages.ts'

/** What Okta's sign-in says. */
export const oktaTexts: PageTexts = {
  ...defaultPageTexts,
  title: '{company} - Sign In',
  logo: '{company}',
  signInHeading: 'Sign In',
  usernamePlaceholder: 'Username',
  passwordPlaceholder: 'Password',
  signInButton: 'Sign in',
}

/** Name and password on one page. */
export const oktaPages: SignInPages = {
  username: { name: 'identifier' },
  password: { name: 'credentials.passcode' },
  submit: { text: 'Sign in', input: true },
  remember: { name: 'rememberMe', label: 'Keep me signed in' },
  refused: { text: 'Unable to sign in' },
  consent: {
    heading: '{app} would like to:',
    allow: { text: 'Allow', input: true },
    deny: { text: 'Cancel', input: true },
  },
  error: {
    title: '{company} - Error',
    heading: 'Bad Request',
    text: 'Your request resulted in an error.',
    lines: ['Identity Provider: Unknown', 'Error Code: {error}', 'Description: {error_description}'],
  },
}
