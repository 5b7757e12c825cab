/**
 * In this room: Auth0.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { randomText } from '../../basics/random.ts'
import { defaultPageTexts, type PageTexts } from '../page-texts.ts'
import type { SignInPages } from '../sign-in-pages.ts'
import type { SignInSteps } from '../sign-in-steps.ts'
import { hintedPage } from './reset-pages.ts'

/** What Auth0's Universal Login says. */
export const auth0Texts: PageTexts = {
  ...defaultPageTexts,
  title: 'Log in | {app}',
  logo: '{company}',
  signInHeading: 'Welcome',
  continueTo: 'Log in to {company} to continue to',
  usernamePlaceholder: 'Email address',
  passwordPlaceholder: 'Password',
  signInButton: 'Continue',
  joinButton: 'Sign up',
  continueHeading: 'Authorize App',
}

/** Where the sign-in is, by what the vendor calls the state of one. */
export const auth0Steps: SignInSteps = {
  path: '/u/login',
  at_once: true,
  instead: hintedPage,
  id: 'state',
  newId: () => randomText(64),
  query: ({ id }) => ({ state: id }),
}

/** Name and password on one page. */
export const auth0Pages: SignInPages = {
  username: { name: 'username' },
  password: { name: 'password' },
  submit: { text: 'Continue', name: 'action', value: 'default' },
  refused: { text: 'Wrong email or password', id: 'error-element-password' },
  refused_status: 400,
  disabled_goes_back: true,
  consent: {
    heading: 'Authorize App',
    text: '{app} is requesting access to your {company} account',
    allow: { text: 'Accept', name: 'action', value: 'accept' },
    deny: { text: 'Decline', name: 'action', value: 'deny' },
  },
  signed_out: { title: 'OK', heading: 'OK' },
  error: {
    title: 'Oops!, something went wrong',
    heading: 'Oops!, something went wrong',
    text: 'There could be a misconfiguration in the system or a service outage.',
    lines: ['TECHNICAL DETAILS', '{error}: {error_description}'],
  },
}
