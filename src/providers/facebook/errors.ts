import { ownValue } from '../../basics/own-value.ts'
import { randomText } from '../../basics/random.ts'
import type { Endpoint } from '../../oauth/model/endpoint.ts'
import type { ErrorCode } from '../../oauth/model/error-codes.ts'
import { type OAuthError, wireCode } from '../../oauth/model/errors.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { Provider, Reply } from '../provider.ts'
import { facebookSettings } from './settings.ts'

/** What the vendor says of an error, in the API and at the token endpoint alike. */
export interface Said {
  message: string
  code: number
  error_subcode?: number
  type?: string
  /** What a device may show its user. */
  shown?: readonly [title: string, text: string]
}

type Wording = Said | ((about: OAuthError['about']) => Said)

const oauthException = 190
const mismatch =
  'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request'
const badSecret: Said = { message: 'Error validating client secret.', code: 1 }
const badApp: Said = { message: 'Error validating application. Cannot get application info due to a system error.', code: 101 }
const noToken: Said = { message: 'An active access token must be used to query information about the current user.', code: 2500 }
const cannotParse: Said = { message: 'Invalid OAuth access token - Cannot parse access token', code: oauthException }

/** Why a token ended that was not taken back. */
const ended: Readonly<Record<string, readonly [why: string, error_subcode: number]>> = {
  disabled: ['The user is not a confirmed user.', 464],
  password: [
    'The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.',
    460,
  ],
}

const byReason: Partial<Record<Reason, Wording>> = {
  redirect_mismatch: ({ redirect_uri }) =>
    redirect_uri === undefined ? { message: 'Missing redirect_uri parameter.', code: 191 } : { message: mismatch, code: 100 },
  redirect_missing: { message: 'Missing redirect_uri parameter.', code: 191 },
  code_unknown: { message: 'Invalid verification code format.', code: 100 },
  code_foreign: { message: mismatch, code: 100 },
  code_used: { message: 'This authorization code has been used.', code: 100, error_subcode: 36009 },
  code_expired: { message: 'This authorization code has expired.', code: 100, error_subcode: 36007 },
  code_revoked: { message: 'This authorization code has been used.', code: 100, error_subcode: 36009 },
  secret_wrong: badSecret,
  credentials_missing: { message: 'Missing client_secret parameter.', code: 101 },
  client_unknown: badApp,
  client_missing: { message: 'Missing client_id parameter.', code: 101 },
  parameter_missing: ({ parameter }) => ({ message: `Missing ${parameter} parameter.`, code: 100 }),
  token_missing: noToken,
  token_unknown: ({ malformed }) =>
    malformed === undefined ? cannotParse : { message: `Malformed access token ${malformed}`, code: oauthException },
  token_revoked: ({ found = '' }) => {
    const [why, error_subcode] = ownValue(ended, found) ?? ['The user has not authorized application.', 458]
    return { message: `Error validating access token: ${why}`, code: oauthException, error_subcode }
  },
  token_expired: ({ message = '' }) => ({ message, code: oauthException, error_subcode: 463 }),
}

/** What a device is told that waits for its user. */
const ofDevice: Partial<Record<ErrorCode, Said>> = {
  authorization_pending: {
    message: 'This request requires the user to take a pending action',
    code: 31,
    error_subcode: 1349174,
    shown: ['Device Login Authorization Pending', 'User has not yet authorized your application. Continue polling.'],
  },
  slow_down: {
    message: 'User request limit reached',
    code: 17,
    error_subcode: 1349172,
    shown: [
      'OAuth Device Excessive Polling',
      'Your device is polling too frequently. Space your requests with a minimum interval of 5 seconds.',
    ],
  },
  expired_token: {
    message: 'The session has expired',
    code: 463,
    error_subcode: 1349152,
    shown: ['Activation Code Expired', 'The code you entered has expired. Please go back to your device for a new code and try again.'],
  },
  access_denied: {
    message: 'The user declined the request',
    code: 31,
    error_subcode: 1349173,
    shown: ['Device Login Declined', 'The user did not let your application in.'],
  },
}

/** An error in the vendor's words: those that it came with, those of its reason, or our own. */
export function saidOf(error: OAuthError): Said {
  const { about, reason } = error
  if (about.code !== undefined) {
    return { message: error.message, code: Number(about.code), ...(about.type !== undefined && { type: about.type }) }
  }
  const waiting = ofDevice[error.code]
  if (waiting !== undefined) return waiting
  const wording = reason && byReason[reason]
  return typeof wording === 'function' ? wording(about) : (wording ?? { message: error.message, code: error.status >= 500 ? 2 : 100 })
}

/** The object of an error, its members in the vendor's order. */
export function errorBody({ message, code, error_subcode, type = 'OAuthException', shown }: Said) {
  const texts = shown && { error_user_title: shown[0], error_user_msg: shown[1] }
  return {
    error: { message, type, code, ...(error_subcode !== undefined && { error_subcode }), ...texts, fbtrace_id: `A${randomText(22)}` },
  }
}

/** What a page says, because the app cannot be told. */
const onPage: Partial<Record<Reason, { error: string; error_description: string }>> = {
  client_unknown: { error: 'Invalid App ID', error_description: 'The provided app ID does not look like a valid app ID.' },
  client_missing: { error: 'Invalid App ID', error_description: 'The provided app ID does not look like a valid app ID.' },
  redirect_unregistered: {
    error: 'URL blocked',
    error_description:
      'This redirect failed because the redirect URI is not white-listed in the app’s client OAuth settings. Make sure that the client and web OAuth logins are on and add all your app domains as valid OAuth redirect URIs.',
  },
  redirect_missing: { error: 'Missing redirect_uri', error_description: 'The redirect_uri parameter is required.' },
}

/** How the vendor says an error. */
export const facebookError: Provider['errorReply'] = (error, endpoint: Endpoint, settings): Reply => {
  if (endpoint === 'authorize') {
    const words = (error.reason && onPage[error.reason]) ?? { error: wireCode(error), error_description: error.message }
    return { status: 400, headers: error.headers, body: words }
  }
  const said = saidOf(error)
  const name =
    said.code === oauthException || said.code === 2500
      ? 'invalid_token'
      : error.reason?.startsWith('code_')
        ? 'invalid_code'
        : 'invalid_request'
  const headers = { ...error.headers, 'WWW-Authenticate': `OAuth "Facebook Platform" "${name}" "${said.message}"` }
  const refused = said.code === oauthException ? facebookSettings.of(settings).invalid_token_status : 400
  const isOurs = error.status >= 500 || error.status === 404 || error.status === 405 || error.status === 429
  return { status: isOurs ? error.status : refused, headers, body: errorBody(said) }
}
