import type { ArmedRule } from '../armed-rule.ts'
import type { Level } from '../level.ts'
import { lacking } from '../scenario.ts'
import type { Ability } from '../tasks.ts'

/** What goes wrong most often and costs users or secrets when it does, the worst first. */
export const quickRules: readonly string[] = [
  'refresh-single-flight',
  'callback-foreign-code',
  'callback-state-wrong',
  'callback-bound-to-browser',
  'callback-once',
  'mcp-resource-mismatch',
  'mcp-pkce-advertised',
  'mcp-step-up',
  'device-ends',
  'expires-in-absent',
  'refresh-keeps-old',
  'refresh-invalid-grant-ends',
  'callback-iss-wrong',
  'id-token-aud',
  'userinfo-sub',
  'token-redirect-not-followed',
  'login-loop',
  'callback-state-missing',
  'callback-error-wins',
  'id-token-nonce',
  'id-token-alg-none',
  'token-no-repeat-refused',
  'outage-retry-bounded',
  'api-401-bounded',
  'logout-final',
]

/** Whether it may be tried in a quick exam: what a vendor asks for is, and of the rest what must hold and goes wrong most often. */
export function isQuick({ id, group }: ArmedRule, level: Level, musts: readonly string[] = []): boolean {
  return level === 'must' && (group === 'vendor' || quickRules.includes(id) || musts.includes(id))
}

/** With the honest logins and the placebos, a quick exam has 18. */
const most = 13

/** A vendor's first: of the rules that are asked for, those that a quick exam tries: by one login each, which the driver can do. */
export function quickest(rules: readonly ArmedRule[], abilities: ReadonlySet<Ability>): ArmedRule[] {
  const can = rules.filter(({ scenarios: [first] }) => first !== undefined && lacking(first, abilities).length === 0)
  return can.sort((a, b) => quickRules.indexOf(a.id) - quickRules.indexOf(b.id)).slice(0, most)
}
