import { defaultPageTexts, type PageTexts } from '../page-texts.ts'
import type { SignInPages } from '../sign-in-pages.ts'
import { signInScopes } from './scopes.ts'

/** What the vendor's pages say. */
export const googleTexts: PageTexts = {
  ...defaultPageTexts,
  title: 'Sign in - Google Accounts',
  logo: 'Google Accounts',
  signInHeading: 'Sign in',
  continueTo: 'to continue to',
  usernamePlaceholder: 'Email or phone',
  passwordPlaceholder: 'Enter your password',
  signInButton: 'Next',
  continueHeading: 'Allow access',
  accent: 'blue',
}

/** The address, then the password, then which access an app gets. */
export const googlePages: SignInPages = {
  username: { name: 'identifier', id: 'identifierId', label: 'Email or phone' },
  password: { name: 'Passwd', label: 'Enter your password' },
  next: { text: 'Next', id: 'identifierNext' },
  password_heading: 'Welcome',
  submit: { text: 'Next', id: 'passwordNext' },
  unknown_name: { text: 'Couldn’t find your Google Account' },
  refused: { text: 'Wrong password. Try again or click Forgot password to reset it.' },
  refused_status: 200,
  answered_status: 302,
  consent: {
    heading: '{app} wants access to your Google Account',
    text: 'Make sure you trust {app}',
    allow: { text: 'Continue', id: 'submit_approve_access' },
    deny: { text: 'Cancel', id: 'submit_deny_access' },
    choice: { fixed: signInScopes, all: 'Select all', unless: 'enable_granular_consent' },
  },
  warning: {
    heading: 'Google hasn’t verified this app',
    text: 'The app is requesting access to sensitive info in your Google Account. Until the developer verifies this app with Google, you shouldn’t use it.',
    more: 'Advanced',
    go_on: { text: 'Continue' },
    back: { text: 'Back to safety' },
  },
  accounts: { heading: 'Choose an account', text: 'to continue to', pick: { text: '{user}' }, other: { text: 'Use another account' } },
  device: {
    heading: 'Connect a device',
    text: 'Enter the code displayed on your device',
    code: { name: 'code' },
    submit: { text: 'Continue' },
    refused: { text: 'That code didn’t work. Try again.' },
    refused_status: 200,
    done: { heading: 'Success!', text: 'Your device is now connected. You may close this window.' },
    denied: { heading: 'Device not connected', text: 'Your device was not given access.' },
  },
  error: {
    title: 'Error - Google Accounts',
    heading: '{heading}',
    text: '{text}',
    lines: ['{address}', '{details}', 'Error {status}: {error}'],
    unauthorized: true,
  },
}
