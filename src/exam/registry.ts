import { given } from '../basics/given.ts'
import type { Rule } from './rule.ts'
import { authorizationRequest } from './rules/authorization-request.ts'
import { devices } from './rules/devices.ts'
import { fapi2 } from './rules/fapi2.ts'
import { frequency } from './rules/frequency.ts'
import { freshness } from './rules/freshness.ts'
import { mcp } from './rules/mcp.ts'
import { proofs } from './rules/proofs.ts'
import { refresh } from './rules/refresh.ts'
import { tokenRequest } from './rules/token-request.ts'
import { tokenUse } from './rules/token-use.ts'

/** Every rule that the journal alone can prove broken. */
export const rules: readonly Rule[] = [
  ...authorizationRequest,
  ...freshness,
  ...tokenRequest,
  ...proofs,
  ...refresh,
  ...tokenUse,
  ...frequency,
  ...devices,
  ...mcp,
  ...fapi2,
]

/** What a rule says, for the armed rule that tries the same: both are one rule, with one section in the manual. */
export function saysRule(id: string): Pick<Rule, 'id' | 'level' | 'source' | 'why' | 'mend' | 'since'> {
  const rule = rules.find((one) => one.id === id)
  if (rule === undefined) throw new Error(`no rule is called ${id}`)
  const { level, source, why, mend, since } = rule
  return { id, level, source, why, mend, ...given({ since }) }
}
