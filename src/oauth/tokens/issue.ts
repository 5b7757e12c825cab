import { after, type MaybePromise } from '../../basics/maybe-promise.ts'
import { magicStrikes, type Strike, strikesOnIssue, struckPlan, struckTokens, waits } from '../faults/strike.ts'
import type { Client } from '../model/records.ts'
import type { IssuedTokens } from '../model/token-profile.ts'
import type { Context } from '../realm/context.ts'
import type { Issue } from '../realm/issue.ts'
import { mint } from './mint.ts'

/** Mints what a grant type, or a vendor's own route, decided to issue, as faults leave it. */
export function issueTokens(
  issue: Issue,
  requested_scope: string | undefined,
  client: Client,
  context: Context,
): MaybePromise<IssuedTokens> {
  const strikes = strikesOnIssue(context, issue.user)
  const issued = strikes.length === 0 ? mint(issue, client, context) : mintStruck(issue, requested_scope, client, context, strikes)
  const { beside } = issue
  if (beside === undefined) return issued
  return after(issued, (one) => after(issueTokens(beside, undefined, client, context), (other) => ({ ...one, beside: other })))
}

async function mintStruck(
  issue: Issue,
  requested_scope: string | undefined,
  client: Client,
  context: Context,
  strikes: readonly Strike[],
): Promise<IssuedTokens> {
  // The request's own fault has had its wait.
  await waits(magicStrikes(issue.user))
  const struck = struckPlan(issue, strikes)
  const narrowed = struck.scope === issue.scope ? struck : { ...struck, requested_scope: requested_scope ?? issue.scope }
  return struckTokens(await mint(narrowed, client, context), narrowed, strikes, context)
}
