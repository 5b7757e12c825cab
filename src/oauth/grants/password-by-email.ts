import { OAuthError } from '../model/errors.ts'
import type { GrantType } from '../realm/context.ts'
import { password } from './password.ts'

/** The password grant of vendors whose users are named by username or by e-mail address, exactly one of them. */
export const passwordByEmail: GrantType = {
  grant_type: 'password',
  parameters: [...password.parameters, 'email'],
  redeem(parameters, client, context) {
    const { email, ...rest } = parameters
    const { username = '' } = parameters
    const { store } = context.realm
    if (email === undefined) {
      if (store.findUser(username) !== undefined || store.findUserByEmail(username) === undefined) {
        return password.redeem(parameters, client, context)
      }
      const explanation = `'${username}' is an e-mail address, for which this provider has a parameter of its own`
      throw new OAuthError('user_unknown', 'Username or password is not right', explanation)
    }
    if (parameters.username !== undefined) {
      const explanation = 'A username and an e-mail address came; exactly one of them names the user'
      throw new OAuthError('parameter_repeated', 'The user is named twice', explanation)
    }
    const user = store.findUserByEmail(email)
    if (user === undefined && parameters.password !== undefined) {
      const explanation = `No user of sandbox '${context.realm.name}' has the e-mail address '${email}'`
      throw new OAuthError('user_unknown', 'Username or password is not right', explanation)
    }
    return password.redeem({ ...rest, username: user?.username ?? email }, client, context)
  },
}
