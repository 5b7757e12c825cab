import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { type Mischief, mischiefOf, spoilIssue, spoilTokens } from '../faults/misbehave.ts'
import type { Client } from '../model/records.ts'
import type { IssuedTokens } from '../model/token-profile.ts'
import type { Context } from '../realm/context.ts'
import type { Issue } from '../realm/issue.ts'
import { mint } from './mint.ts'

/** Mints what a grant type, or a vendor's own route, decided to issue; under mischief, spoilt. */
export function issueTokens(
  issue: Issue,
  requested_scope: string | undefined,
  client: Client,
  context: Context,
): MaybePromise<IssuedTokens> {
  const mischief = mischiefOf(issue, context)
  return mischief === undefined ? mint(issue, client, context) : mintSpoilt(issue, requested_scope, client, context, mischief)
}

async function mintSpoilt(
  issue: Issue,
  requested_scope: string | undefined,
  client: Client,
  context: Context,
  mischief: Mischief,
): Promise<IssuedTokens> {
  const spoilt = await spoilIssue(issue, requested_scope, mischief)
  return spoilTokens(await mint(spoilt, client, context), spoilt, mischief, context)
}
