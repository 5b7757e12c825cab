import { seconds } from '../../basics/clock.ts'
import type { Client } from '../model/records.ts'
import type { TokenDraft } from '../model/token-profile.ts'
import type { Context } from '../realm/context.ts'
import type { Issue } from '../realm/issue.ts'

/** What a token of an issue is made of. @param ttl seconds; 0 and infinity are for good */
export function draftOf(
  { use, id, scope, details, issued_at }: Pick<TokenDraft, 'use' | 'id' | 'scope' | 'details' | 'issued_at'>,
  ttl: number,
  { grant, user, requested_token: requested }: Issue,
  client: Client,
  { issuer, parameters, space }: Context,
): TokenDraft {
  const iat = seconds(issued_at)
  const exp = ttl > 0 && Number.isFinite(ttl) ? iat + ttl : undefined
  return { use, id, issuer, client, user, grant, scope, details, issued_at, iat, exp, requested, parameters, space }
}
