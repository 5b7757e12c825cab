import { sameSecret } from '../../basics/random.ts'
import { password } from '../../oauth/grants/password.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { User } from '../../oauth/model/records.ts'
import type { Context, GrantType } from '../../oauth/realm/context.ts'
import { findNamed } from '../../oauth/users/sign-in.ts'
import { asks_consent } from './client-rules.ts'
import { hasOtp, takeOtp } from './otp.ts'
import { refuseUndone } from './todo.ts'

/** Whoever has an authenticator app shows its code beside the password. */
function checkOtp(user: User, { totp, otp = totp }: Parameters, context: Context): void {
  const world = { ...context.realm, space: context.space?.path.realm ?? '' }
  if (!hasOtp(user, world) || takeOtp(user, otp ?? '', world)) return
  const why = `User '${user.username}' has an authenticator app, and totp ${otp === undefined ? 'did not come' : 'is not what it shows, or was taken before'}`
  throw new OAuthError('password_wrong', 'Invalid user credentials', why)
}

/** The vendor's password grant: a user who has something to do first gets no tokens this way. */
export const keycloakPassword: GrantType = {
  ...password,
  parameters: [...password.parameters, 'totp', 'otp'],
  redeem(parameters, client, context) {
    if (asks_consent(client, context)) {
      const why = `client '${client.client_id}' is consentRequired, and no user is there to be asked`
      throw new OAuthError('invalid_client', 'Client requires user consent', why, {}, 400)
    }
    const { username = '', password: typed = '' } = parameters
    const user = username === '' ? undefined : findNamed(username, context.realm)
    if (user !== undefined) context.trace.username = user.username
    if (user !== undefined && sameSecret(typed, user.password ?? context.realm.company) && !user.disabled) {
      checkOtp(user, parameters, context)
      refuseUndone(user, context)
    }
    if (user?.disabled === true && !sameSecret(typed, user.password ?? '')) {
      throw new OAuthError(
        'password_wrong',
        'Invalid user credentials',
        `The password is not the one of user '${user.username}', who is disabled, too`,
      )
    }
    return password.redeem(parameters, client, context)
  },
}
