/**
 * In this room: Discord: tokens of users, bots and webhooks, servers and their members, what a token is for.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { defaultPageTexts, type PageTexts } from '../page-texts.ts'
import type { SignInPages } from '../sign-in-pages.ts'

/** What Discord's pages say. */
export const discordTexts: PageTexts = {
  ...defaultPageTexts,
  title: 'Discord | Authorize access to your account',
  logo: '{company}',
  signInHeading: 'Welcome back!',
  continueTo: 'to go on to',
  usernamePlaceholder: 'Email or Phone Number',
  passwordPlaceholder: 'Password',
  signInButton: 'Log In',
  continueHeading: 'An external application',
  accent: 'violet',
}

/** Name and password on one page, then what the app wants. */
export const discordPages: SignInPages = {
  username: { name: 'email' },
  password: { name: 'password' },
  submit: { text: 'Log In' },
  refused: { text: 'Login or password is invalid.' },
  refused_status: 400,
  consent: {
    title: 'Discord | Authorize access to your account',
    heading: 'An external application {app} wants to access your Discord Account',
    above: 'This will allow the developer of {app} to:',
    allow: { text: 'Authorize', name: 'authorize', value: 'true' },
    done: { title: 'Discord', heading: 'Authorized', text: '{app} was added. You may now close this window or tab.' },
    deny: { text: 'Cancel', name: 'authorize', value: 'false' },
  },
  error: { title: 'Discord', heading: '{message}', text: 'The application cannot be authorized.', lines: ['{code}: {message}'] },
}
