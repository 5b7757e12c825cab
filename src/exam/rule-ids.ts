import { armedRules } from './armed.ts'
import { recovery } from './recovery.ts'
import { rules } from './registry.ts'

/** The ids of all rules that an exam may ask, vendors' own apart. */
export const ruleIds: readonly string[] = [...new Set([...rules, ...armedRules, recovery].map(({ id }) => id))]
