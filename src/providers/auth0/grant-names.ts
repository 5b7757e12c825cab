/** The grant type of a user with a password in a named connection. */
export const passwordRealm = 'http://auth0.com/oauth/grant-type/password-realm'

/** The grant type of a user who was sent a code. */
export const passwordless = 'http://auth0.com/oauth/grant-type/passwordless/otp'
