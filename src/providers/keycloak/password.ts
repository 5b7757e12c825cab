import { sameSecret } from '../../basics/random.ts'
import { password } from '../../oauth/grants/password.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { GrantType } from '../../oauth/realm/context.ts'
import { findNamed } from '../../oauth/users/sign-in.ts'
import { asks_consent } from './client-rules.ts'
import { refuseUndone } from './todo.ts'

/** The vendor's password grant: a user who has something to do first gets no tokens this way. */
export const keycloakPassword: GrantType = {
  ...password,
  redeem(parameters, client, context) {
    if (asks_consent(client, context)) {
      const why = `client '${client.client_id}' is consentRequired, and no user is there to be asked`
      throw new OAuthError('invalid_client', 'Client requires user consent', why, {}, 400)
    }
    const { username = '', password: typed = '' } = parameters
    const user = username === '' ? undefined : findNamed(username, context.realm)
    if (user !== undefined) context.trace.username = user.username
    if (user !== undefined && sameSecret(typed, user.password ?? context.realm.company) && !user.disabled) refuseUndone(user, context)
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
