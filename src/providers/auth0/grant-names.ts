/** The grant type of a user with a password in a named connection. */
export const passwordRealm = 'http://auth0.com/oauth/grant-type/password-realm'

/** Those of users who were told to show a second factor: a code of an app, one that was sent, or the one for when all else is lost. */
export const mfaOtp = 'http://auth0.com/oauth/grant-type/mfa-otp'
export const mfaOob = 'http://auth0.com/oauth/grant-type/mfa-oob'
export const mfaRecoveryCode = 'http://auth0.com/oauth/grant-type/mfa-recovery-code'

/** The grant type of a user who was sent a code. */
export const passwordless = 'http://auth0.com/oauth/grant-type/passwordless/otp'
