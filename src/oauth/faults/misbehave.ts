import { OAuthError } from '../model/errors.ts'
import type { Misbehaviour } from '../model/fault.ts'
import type { IssuedTokens } from '../model/token-profile.ts'
import type { Context } from '../realm/context.ts'
import type { Issue } from '../realm/issue.ts'
import type { SignedToken } from '../realm/signing-key.ts'
import { type MagicUser, magicUsers } from './magic-users.ts'
import { tamper } from './tamper.ts'

/** What an issue suffers from the request's fault and from its user's magic; undefined, as nearly always, when from neither. */
export interface Mischief {
  fault: Misbehaviour | undefined
  magic: MagicUser | undefined
}

/** Looks for mischief. Two look-ups without effect are all that an ordinary request pays. */
export function mischiefOf({ user }: Pick<Issue, 'user'>, { fault }: Context): Mischief | undefined {
  const magic = user === undefined ? undefined : magicUsers.get(user.username)
  return fault === undefined && magic === undefined ? undefined : { fault, magic }
}

/** An issue as it is minted under mischief: with a narrower scope, without a refresh token, after a while. */
export async function spoilIssue(issue: Issue, requested_scope: string | undefined, { fault, magic }: Mischief): Promise<Issue> {
  if (magic?.delay_ms !== undefined) await wait(magic.delay_ms)
  const scope = fault?.granted_scope
  return {
    ...issue,
    ...(scope === undefined ? {} : { scope, requested_scope: requested_scope ?? issue.scope }),
    ...(magic?.no_refresh === true ? { refresh: 'none' as const } : {}),
  }
}

/** Tokens as they are handed out under mischief: broken, or of a grant that is revoked already. */
export async function spoilTokens(
  issued: IssuedTokens,
  issue: Issue,
  { fault, magic }: Mischief,
  { realm }: Context,
): Promise<IssuedTokens> {
  const now = realm.clock.now()
  if (magic?.revoked === true) realm.store.revokeGrant(issue.grant.id, 'its user is magic: revoked', now)
  const flaw = fault?.token ?? magic?.token
  if (flaw === undefined) return issued
  if (flaw === 'expired') realm.store.expireAccessToken(issued.access_token_id, now)
  const spoilt = (token: string, what: SignedToken) => tamper(token, what, flaw, issued.client, realm)
  const access_token = await spoilt(issued.access_token, 'access_token')
  return { ...issued, access_token, id_token: issued.id_token === undefined ? undefined : await spoilt(issued.id_token, 'id_token') }
}

const onceExplanation = 'The user is magic: the token endpoint fails once and then works'

/** Remembers a magic failure for the next request that carries this key. */
export function failNext(username: string, key: string, { realm }: Pick<Context, 'realm'>): void {
  if (magicUsers.get(username)?.failures !== undefined) realm.failing.add(key)
}

/** @throws OAuthError `server_error` when a failure was remembered for this key, once */
export function failOnce(key: string, { realm }: Context): void {
  if (realm.failing.delete(key)) throw new OAuthError('server_error', 'Internal error', onceExplanation)
}

/** @throws OAuthError `server_error` at every other call for a magic user who fails once */
export function failAlternately(username: string, context: Context): void {
  if (magicUsers.get(username)?.failures === undefined || context.realm.failing.delete(username)) return
  failNext(username, username, context)
  throw new OAuthError('server_error', 'Internal error', onceExplanation)
}

/** Waits by the machine's time: a client's timeout knows no other. A server that was closed is not kept alive by it. */
export function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
}
