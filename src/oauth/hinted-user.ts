import type { Context } from './context.ts'
import { OAuthError } from './errors.ts'
import { magicUsers } from './magic-users.ts'
import type { Parameters } from './parameters.ts'
import type { Client, User } from './records.ts'
import { checkPassword, cleanUsername } from './sign-in.ts'

const hints = ['login_hint', 'login_hint_token', 'id_token_hint'] as const

/**
 * The user whom a backchannel request asks for, by the one hint that it has (CIBA §7.1).
 * @throws OAuthError `invalid_request`, `unknown_user_id`, `expired_login_hint_token`, `access_denied`
 */
export async function hintedUser(parameters: Parameters, _client: Client, context: Context): Promise<User> {
  const given = hints.filter((name) => parameters[name] !== undefined)
  if (given.length !== 1) {
    throw new OAuthError(
      'invalid_request',
      'Exactly one hint is needed',
      `${given.length === 0 ? 'No hint' : given.join(' and ')} came; exactly one of ${hints.join(', ')} is needed (CIBA §7.1)`,
    )
  }
  return byName(parameters.login_hint ?? '', context)
}

async function byName(login_hint: string, { realm }: Context): Promise<User> {
  const name = cleanUsername(login_hint)
  if (magicUsers.has(name)) {
    const magic = await checkPassword(name, '', realm)
    if (magic.ok) return magic.user
    throw new OAuthError('access_denied', 'The user cannot be asked', magic.explanation, {}, 403)
  }
  const user = await realm.store.findUser(name)
  if (user === undefined) throw unknown(`There is no user '${name}' in sandbox '${realm.name}'`)
  if (user.disabled) throw unknown(`User '${user.username}' is disabled`)
  return user
}

function unknown(explanation: string): OAuthError {
  return new OAuthError('unknown_user_id', 'The user is not known', explanation)
}
