/**
 * In this room: Facebook Login.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { defaultPageTexts, type PageTexts } from '../page-texts.ts'
import type { SignInPages } from '../sign-in-pages.ts'

/** What the vendor's sign-in says. */
export const facebookTexts: PageTexts = {
  ...defaultPageTexts,
  title: 'Log in to Facebook',
  logo: 'Facebook',
  signInHeading: 'Log in to Facebook',
  continueTo: 'Log in to use your account with',
  usernamePlaceholder: 'Email or phone number',
  passwordPlaceholder: 'Password',
  signInButton: 'Log In',
  continueHeading: 'Continue to the app?',
  accent: 'blue',
}

/** Name and password on one page; then what the app gets, of which the user may take away most. */
export const facebookPages: SignInPages = {
  form_id: 'login_form',
  username: { name: 'email', id: 'email' },
  password: { name: 'pass', id: 'pass' },
  submit: { text: 'Log In', name: 'login', value: '1', id: 'loginbutton' },
  refused: { text: 'The password you’ve entered is incorrect.' },
  refused_status: 200,
  consent: {
    title: 'Log in with Facebook',
    heading: 'Continue as {name}?',
    above: '{app} is requesting access to:',
    allow: { text: 'Continue as {name}', name: '__CONFIRM__', value: '1' },
    deny: { text: 'Cancel', name: '__CANCEL__', value: '1' },
    choice: { fixed: ['public_profile', 'openid'], ticked: true },
  },
  device: {
    title: 'Facebook for devices',
    heading: 'Enter the code displayed on your device',
    text: 'It connects the device with your account.',
    code: { name: 'user_code', id: 'user_code' },
    submit: { text: 'Continue' },
    refused: { text: 'This code is not correct. Check the code on your device and try again.' },
    refused_status: 200,
    done: { heading: 'Success!', text: 'You can go back to your device now.' },
    denied: { heading: 'Not connected', text: 'Your device was given nothing.' },
  },
  error: { title: 'Error', heading: '{error}', text: '{error_description}' },
}
