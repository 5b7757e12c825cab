import { seconds } from '../../basics/clock.ts'
import { digest } from '../../basics/random.ts'
import type { Client } from '../model/records.ts'
import type { IssuedTokens } from '../model/token-profile.ts'
import type { Context } from '../realm/context.ts'
import type { Issue } from '../realm/issue.ts'
import { draftOf } from './draft.ts'
import { signToken } from './formats.ts'
import { makeIdToken } from './id-token.ts'

/** Makes the ID token or refresh token that a token exchange asked for; it stands where an access token would (RFC 8693 §2.2.1). */
export async function mintExchanged(issue: Issue, client: Client, context: Context): Promise<IssuedTokens> {
  const { realm, issuer, space } = context
  const { grant, user, scope } = issue
  const now = realm.clock.now()
  const iat = seconds(now)
  const nothing = { access_token_id: 0, refresh_token: undefined, id_token: undefined, token_type: 'N_A', scope_differs: false } as const
  const answer = {
    ...nothing,
    issued_token_type: issue.issued_token_type,
    issuer,
    issued_at: iat,
    client,
    user,
    scope,
    grant,
    refresh_expires_in: undefined,
  }
  if (issue.requested_token === 'id_token' && user !== undefined) {
    const access_token = await makeIdToken({ client, user, scope, grant, withClaims: true }, context)
    return { ...answer, access_token, expires_in: realm.settings.id_token_ttl }
  }
  const ttl = realm.tokens.lifetimes?.({ client, grant, scope }, realm).refresh ?? realm.settings.refresh_token_ttl
  const id = realm.store.reserveIds(1)
  const draft = draftOf({ use: 'refresh', id, scope, details: {}, issued_at: now }, ttl, issue, client, context)
  const made = realm.tokens.refresh.make(draft, realm)
  const access_token = await signToken(made, realm)
  realm.store.saveTokens({
    id,
    grant_id: grant.id,
    parent_id: null,
    issued_at: now,
    details: space === undefined ? undefined : { issued_by: { issuer, space } },
    refresh: { digest: digest(access_token), generation: 1, expires_at: ttl > 0 ? now + ttl * 1000 : null },
  })
  return { ...answer, access_token, expires_in: ttl > 0 ? ttl : undefined }
}
