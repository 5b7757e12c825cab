import type { Level } from './level.ts'

/** For whom an exam is: what each asks beyond the others stands in the rules. */
export const profiles = {
  oauth2: 'plain OAuth 2.0 at a vendor',
  'oauth2.1': 'OAuth 2.1 and RFC 9700',
  oidc: 'apps that sign users in',
  native: 'apps on devices and command lines',
  spa: 'OAuth in the browser',
  mcp: 'MCP clients',
  fapi2: 'the FAPI 2.0 security profile',
} as const

/** One of {@link profiles}. */
export type Profile = keyof typeof profiles

/** All but plain OAuth 2.0. */
export const strict = ['oauth2.1', 'oidc', 'native', 'spa', 'mcp', 'fapi2'] as const satisfies readonly Profile[]

/** Those whose clients have a server of their own, or a page. */
export const web = ['oauth2', 'oauth2.1', 'oidc', 'spa'] as const satisfies readonly Profile[]

/** Where a rule weighs less than it does elsewhere. */
const softer: Partial<Record<Profile, Readonly<Record<string, Level>>>> = {
  oauth2: { 'request-pkce': 'should', 'callback-iss-wrong': 'should', 'callback-iss-missing': 'hint' },
  oidc: { 'id-token-signature': 'should' },
}

/** Whether a text names one. */
export function isProfile(name: string): name is Profile {
  return Object.hasOwn(profiles, name)
}

/** Whether a rule counts for one of these, or a vendor says that it must hold. */
export function counts(
  { id, profiles: its }: { readonly id: string; readonly profiles?: readonly Profile[] },
  asked: readonly Profile[],
  musts: readonly string[] = [],
): boolean {
  return its === undefined || its.some((one) => asked.includes(one)) || musts.includes(id)
}

/** How much a rule weighs for clients of several profiles: as much as for the strictest of them, and for a vendor that says so. */
export function levelFor(
  rule: { readonly id: string; readonly level: Level },
  asked: readonly Profile[],
  musts: readonly string[] = [],
): Level {
  if (musts.includes(rule.id)) return 'must'
  const soft = asked.map((one) => softer[one]?.[rule.id])
  const [first] = soft
  return first !== undefined && soft.every((one) => one !== undefined) ? first : rule.level
}
