import { defaultPageTexts, type PageTexts } from '../page-texts.ts'
import type { SignInPages } from '../sign-in-pages.ts'

/** What GitHub's pages say. */
export const githubTexts: PageTexts = {
  ...defaultPageTexts,
  title: 'Sign in to GitHub · GitHub',
  logo: 'GitHub',
  signInHeading: 'Sign in to GitHub',
  usernamePlaceholder: 'Username or email address',
  passwordPlaceholder: 'Password',
  continueHeading: 'Authorize {app}',
  accent: 'green',
}

/** The steps of its sign-in: names and ids as scripts find them. */
export const githubPages: SignInPages = {
  username: { name: 'login', id: 'login_field' },
  password: { name: 'password' },
  submit: { text: 'Sign in', name: 'commit', input: true },
  refused: { text: 'Incorrect username or password.' },
  refused_status: 200,
  answered_status: 302,
  consent: {
    title: 'Authorize application',
    heading: 'Authorize {app}',
    text: '{app} by {company} wants to access your {user} account',
    allow: { text: 'Authorize {company}', name: 'authorize', value: '1', id: 'js-oauth-authorize-btn' },
    deny: { text: 'Cancel', name: 'authorize', value: '0' },
    foot: 'Authorizing will redirect to {redirect}',
  },
  accounts: {
    heading: 'Select user to authorize {app}',
    text: 'Signed in as {user}. Continue to',
    pick: { text: 'Continue' },
    other: { text: 'Use a different account' },
  },
  device: {
    title: 'Device Activation',
    heading: 'Device Activation',
    text: 'Enter the code displayed on your device',
    code: { name: 'user_code' },
    submit: { text: 'Continue', name: 'commit', value: 'Continue' },
    refused: { text: "We couldn't find that code. Check it, and enter it again." },
    refused_status: 200,
    done: { heading: "Congratulations, you're all set!", text: 'Your device is now connected.' },
    denied: { heading: 'Authorization canceled', text: 'Your device was not connected.' },
  },
  error: { title: '{heading} · GitHub', heading: '{heading}', text: '{text}', lines: ['{more}'] },
}
