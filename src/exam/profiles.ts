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

/** Whether a rule counts for one of these. */
export function counts({ profiles: its }: { readonly profiles?: readonly Profile[] }, asked: readonly Profile[]): boolean {
  return its === undefined || its.some((one) => asked.includes(one))
}

/** How much a rule weighs for clients of several profiles: as much as for the strictest of them. */
export function levelFor(rule: { readonly id: string; readonly level: Level }, asked: readonly Profile[]): Level {
  const soft = asked.map((one) => softer[one]?.[rule.id])
  const [first] = soft
  return first !== undefined && soft.every((one) => one !== undefined) ? first : rule.level
}
