import type { ErrorCode } from '../../oauth/model/error-codes.ts'
import type { Reason } from '../../oauth/model/reasons.ts'

/** What the token and device endpoints say of what is wrong, as the vendor's documentation has it. */

const docs = 'https://docs.github.com'
const ofTokens = `${docs}/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#`
const ofRequests = `${docs}/apps/managing-oauth-apps/troubleshooting-authorization-request-errors/#`
const ofDevices = `${docs}/developers/apps/authorizing-oauth-apps#error-codes-for-the-device-flow`

/** An error's name on the wire, its text and where it is documented. */
export interface Said {
  error: string
  description: string
  uri: string
}

const said = (error: string, description: string, uri: string): Said => ({ error, description, uri })

const credentials = said(
  'incorrect_client_credentials',
  'The client_id and/or client_secret passed are incorrect.',
  `${ofTokens}incorrect-client-credentials`,
)
const badCode = said('bad_verification_code', 'The code passed is incorrect or expired.', `${ofTokens}bad-verification-code`)
const badRefresh = said('bad_refresh_token', 'The refresh token passed is incorrect or expired.', `${ofTokens}bad-verification-code`)
const badGrantType = said('unsupported_grant_type', 'The grant type is not supported.', ofDevices)
const badDeviceCode = said('incorrect_device_code', 'The device_code provided is not valid.', ofDevices)
const expiredDevice = said('expired_token', 'The `device_code` has expired.', ofDevices)
const noDevices = said('device_flow_disabled', 'Device Flow must be explicitly enabled for this App', ofDevices)
const redirect = 'The redirect_uri MUST match the registered callback URL for this application.'

export const unverifiedEmail = said(
  'unverified_user_email',
  'The user must have a verified primary email.',
  `${ofTokens}unverified_user_email`,
)

/** What a callback is told; the code of an error is its name there, unless it is said otherwise. */
export const atCallback = {
  access_denied: said('access_denied', 'The user has denied your application access.', `${ofRequests}access-denied`),
  redirect: said('redirect_uri_mismatch', redirect, `${ofRequests}redirect-uri-mismatch`),
  suspended: said(
    'application_suspended',
    'Your application has been suspended. Contact support@github.com.',
    `${ofRequests}application-suspended`,
  ),
}

/** By reason; what the device flow says otherwise comes first. */
export const byReason: Partial<Record<Reason, Said>> = {
  secret_wrong: credentials,
  credentials_missing: credentials,
  credentials_invalid: credentials,
  credentials_unexpected: credentials,
  auth_method_not_allowed: credentials,
  client_ambiguous: credentials,
  client_public: credentials,
  redirect_mismatch: said('redirect_uri_mismatch', redirect, `${ofRequests}redirect-uri-mismatch2`),
  redirect_unregistered: atCallback.redirect,
  grant_type_unknown: badGrantType,
  grant_type_not_allowed: badGrantType,
}

export const inDeviceFlow: Partial<Record<Reason, Said>> = {
  code_unknown: badDeviceCode,
  code_foreign: badDeviceCode,
  code_used: badDeviceCode,
  code_expired: expiredDevice,
  parameter_missing: badDeviceCode,
  grant_type_not_allowed: noDevices,
}

/** By code, for everything that no reason tells. */
export const byCode: Partial<Record<ErrorCode, Said>> = {
  invalid_client: credentials,
  unsupported_grant_type: badGrantType,
  authorization_pending: said('authorization_pending', 'The authorization request is still pending.', ofDevices),
  slow_down: said('slow_down', 'Too many requests have been made in the same timeframe.', ofDevices),
  expired_token: expiredDevice,
  access_denied: said('access_denied', 'The authorization request was denied.', ofDevices),
}

/** What of a grant is wrong, by the grant type. */
export const badGrant = { authorization_code: badCode, refresh_token: badRefresh, device: badDeviceCode }
