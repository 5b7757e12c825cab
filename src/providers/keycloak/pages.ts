/**
 * In this room: Keycloak.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { defaultPageTexts, type PageTexts } from '../page-texts.ts'
import type { SignInPages } from '../sign-in-pages.ts'

/** What Keycloak's pages say. */
export const keycloakTexts: PageTexts = {
  ...defaultPageTexts,
  title: 'Sign in to {space}',
  logo: '{space}',
  signInHeading: 'Sign in to your account',
  usernamePlaceholder: 'Username or email',
  passwordPlaceholder: 'Password',
  signInButton: 'Sign In',
  continueHeading: 'Grant Access to {app}',
}

/** The sign-in of its theme `keycloak.v2`: name and password on one page. */
export const keycloakPages: SignInPages = {
  form_id: 'kc-form-login',
  username: { name: 'username' },
  password: { name: 'password' },
  submit: { text: 'Sign In', id: 'kc-login', name: 'login', value: '' },
  remember: { name: 'rememberMe', label: 'Remember me' },
  refused: { text: 'Invalid username or password.', id: 'input-error-username' },
  refused_status: 200,
  disabled: { text: 'Account is disabled, contact your administrator.', id: 'input-error-username' },
  again: 'Please re-authenticate to continue',
  answered_status: 302,
  posted: { title: 'OIDC Form_Post Response', button: { text: 'Continue', name: 'continue', input: true } },
  consent: {
    title: 'Sign in to {space}',
    heading: 'Grant Access to {app}',
    text: 'Do you grant these access privileges?',
    box_id: 'kc-oauth',
    allow: { text: 'Yes', id: 'kc-login', name: 'accept', input: true },
    deny: { text: 'No', id: 'kc-cancel', name: 'cancel', input: true },
  },
  logout: {
    title: 'Logging out',
    heading: 'Logging out',
    text: 'Do you want to log out?',
    confirm: { text: 'Logout', id: 'kc-logout', name: 'confirmLogout', input: true },
    asks_nobody: true,
  },
  signed_out: { title: 'Sign in to {space}', heading: 'You are logged out' },
  device: {
    title: 'Sign in to {space}',
    heading: 'Device Login',
    text: 'Enter the code provided by your device and click Submit',
    form_id: 'kc-user-verify-device-user-code-form',
    code: { name: 'device_user_code' },
    submit: { text: 'Submit', id: 'kc-login', name: '', value: '' },
    straight: true,
    refused: { text: 'Invalid code, please try again.' },
    expired: { text: 'The code has expired. Please go back to your device and try connecting again.' },
    refused_status: 200,
    done: {
      title: 'Sign in to {space}',
      heading: 'Device Login Successful',
      text: 'You may close this browser window and go back to your device.',
    },
    denied: { title: 'Sign in to {space}', heading: 'Device Login Failed', text: 'Consent denied for connecting the device.' },
  },
  error: {
    title: 'Sign in to {space}',
    heading: 'We are sorry...',
    text: '{error_description}',
    not_for: ['not_found', 'method_not_allowed', 'unsupported_media_type'],
  },
}
