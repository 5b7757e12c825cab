/**
 * In this room: Slack: installations with tokens of bots and users, Sign in with Slack, and the methods that tell who somebody is.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { defaultPageTexts, type PageTexts } from '../page-texts.ts'
import type { SignInPages } from '../sign-in-pages.ts'
import { slackScopes, views } from './scopes.ts'

/** What Slack's pages say. */
export const slackTexts: PageTexts = {
  ...defaultPageTexts,
  title: 'Sign in · Slack',
  logo: 'Slack',
  signInHeading: 'Sign in to {place}',
  usernamePlaceholder: 'name@work-email.com',
  passwordPlaceholder: 'Password',
  signInButton: 'Sign In',
  continueHeading: 'Allow {app}',
  accent: 'plum',
}

/** The workspace is asked first; its name stands above the fields; then what the app asks for. */
export const slackPages: SignInPages = {
  place: {
    heading: 'Sign in to your workspace',
    text: 'Enter your workspace’s Slack URL.',
    field: { name: 'domain', label: 'your-workspace' },
    behind: '.slack.com',
    next: { text: 'Continue', id: 'submit_team_domain' },
    unknown: { text: 'We couldn’t find your workspace.' },
  },
  username: { name: 'email' },
  password: { name: 'password' },
  submit: { text: 'Sign In', id: 'signin_btn' },
  refused: { text: 'Sorry, you entered an incorrect email address or password.' },
  consent: {
    heading: '{app} is requesting permission to access the {place} Slack workspace',
    groups: [
      { above: 'What will {app} be able to view?', scopes: Object.keys(slackScopes).filter(views) },
      { above: 'What will {app} be able to do?' },
    ],
    allow: { text: 'Allow', name: 'action', value: 'allow' },
    deny: { text: 'Cancel', name: 'action', value: 'cancel' },
  },
  error: {
    title: 'Error · Slack',
    heading: 'Something went wrong when authorizing this app.',
    text: 'Try going back to the previous page and try again.',
    lines: ['{error}', '{text}'],
  },
}
