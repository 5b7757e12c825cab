import { defaultPageTexts, type PageTexts } from '../page-texts.ts'
import type { SignInPages } from '../sign-in-pages.ts'

/** What Entra's pages say. */
export const entraTexts: PageTexts = {
  ...defaultPageTexts,
  title: 'Sign in to your account',
  logo: '{company}',
  signInHeading: 'Sign in',
  usernamePlaceholder: 'Email, phone, or Skype',
  passwordPlaceholder: 'Password',
  signInButton: 'Sign in',
  continueHeading: 'Permissions requested',
}

/** The name, then the password, then whether to stay signed in. */
export const entraPages: SignInPages = {
  username: { name: 'loginfmt', id: 'i0116', label: 'Enter your email, phone, or Skype.' },
  password: { name: 'passwd', id: 'i0118', label: 'Enter the password' },
  next: { text: 'Next', id: 'idSIButton9', input: true },
  password_heading: 'Enter password',
  submit: { text: 'Sign in', id: 'idSIButton9', input: true },
  unknown_name: {
    text: 'This username may be incorrect. Make sure you typed it correctly. Otherwise, contact your admin.',
    id: 'usernameError',
  },
  refused: { text: 'Your account or password is incorrect.', id: 'passwordError' },
  refused_status: 200,
  stay: {
    heading: 'Stay signed in?',
    text: 'Do this to reduce the number of times you are asked to sign in.',
    yes: { text: 'Yes', id: 'idSIButton9', input: true },
    no: { text: 'No', id: 'idBtn_Back', input: true },
    box: { name: 'DontShowAgain', id: 'KmsiCheckboxField', label: "Don't show this again" },
  },
  consent: {
    heading: 'Permissions requested',
    // Of the publisher, whom nobody here verifies.
    text: 'unverified',
    allow: { text: 'Accept', id: 'idSIButton9', input: true },
    deny: { text: 'Cancel', id: 'idBtn_Back', input: true },
  },
  accounts: {
    heading: 'Pick an account',
    pick: { text: '{user}' },
    other: { text: 'Use another account', id: 'otherTile' },
  },
  logout: { heading: 'Pick an account', text: 'Which account do you want to sign out of?', confirm: { text: '{user}' } },
  signed_out: { heading: 'You signed out of your account', text: "It's a good idea to close all browser windows." },
  error: {
    title: 'Sign in to your account',
    heading: 'Sign in',
    text: "Sorry, but we're having trouble signing you in.",
    lines: ['{error_description}', 'Request Id: {trace_id}', 'Correlation Id: {correlation_id}', 'Timestamp: {timestamp}'],
  },
}
