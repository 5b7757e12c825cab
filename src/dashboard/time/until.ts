import type { GrantEntry } from '../../oauth/model/grant-book.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { durationInWords } from '../frame/words.ts'

/** What the clock may be moved to the end of. */
export type TokenUse = 'access' | 'refresh'

/** Buttons that move the clock until a grant's tokens have expired. */
export interface UntilExpiry {
  action: string
  grant: number
  /** Where the browser goes then. */
  back: string
  tokens: readonly { use: TokenUse; left: string }[]
}

/** For the newest tokens of a grant, those that expire yet; undefined when none does. */
export function untilExpiry(entry: GrantEntry, sandbox: Sandbox, base: string, back: string): UntilExpiry | undefined {
  const now = sandbox.clock.now()
  const tokens = (['access', 'refresh'] as const).flatMap((use) => {
    const end = endOf(use, entry, sandbox)
    return end === undefined ? [] : [{ use, left: durationInWords(end - now) }]
  })
  return tokens.length === 0 ? undefined : { action: `${base}/time/until`, grant: entry.grant.id, back, tokens }
}

/** When a grant's newest token expires; undefined when it did, or never does. */
export function endOf(use: TokenUse, { grant, user }: GrantEntry, { grants, clock }: Sandbox): number | undefined {
  if (grant.revoked_at !== null || user?.disabled === true) return undefined
  const { access_tokens, refresh_tokens } = grants.lineageOf(grant)
  const newest = use === 'refresh' ? refresh_tokens.at(-1) : access_tokens.findLast((token) => token.revoked_at === null)
  const end = newest?.expires_at ?? undefined
  return end !== undefined && end > clock.now() ? end : undefined
}
