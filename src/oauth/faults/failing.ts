import { OAuthError } from '../model/errors.ts'
import type { Context } from '../realm/context.ts'
import { magicUsers } from './magic-users.ts'

/** The magic user for whom the token endpoint fails once: what remembers whether it has. */

const explanation = 'The user is magic: the token endpoint fails once and then works'

/** Remembers a magic failure for the next request that carries this key. */
export function failNext(username: string, key: string, { realm }: Pick<Context, 'realm'>): void {
  if (magicUsers.get(username)?.fails_once === true) realm.failing.add(key)
}

/** @throws OAuthError `server_error` when a failure was remembered for this key, once */
export function failOnce(key: string, { realm }: Context): void {
  if (realm.failing.delete(key)) throw new OAuthError('server_error', 'Internal error', explanation)
}

/** @throws OAuthError `server_error` at every other call for a magic user who fails once */
export function failAlternately(username: string, context: Context): void {
  if (magicUsers.get(username)?.fails_once !== true || context.realm.failing.delete(username)) return
  failNext(username, username, context)
  throw new OAuthError('server_error', 'Internal error', explanation)
}
