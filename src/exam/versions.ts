/**
 * Every version of the rules, the oldest first. Another begins when a rule comes after a release or becomes stricter: the new rule says so
 * in its `since`, and whoever pins an older version is examined without it.
 */
export const rulesVersions = ['2026.1'] as const

/** One of {@link rulesVersions}. */
export type RulesVersion = (typeof rulesVersions)[number]

/** The one that is run when nobody pins another. */
export const rulesVersion: RulesVersion = newest(rulesVersions)

/** What a version of the rules has. */
export interface Dated {
  /** The version that it came with; the first when absent. */
  readonly since?: string
}

/** Parts rules by whether a version had them. @param versions all that there are, the oldest first */
export function partedAt<Rule extends Dated>(
  rules: readonly Rule[],
  version: string,
  versions: readonly string[] = rulesVersions,
): { had: Rule[]; newer: Rule[] } {
  const at = versions.indexOf(version)
  const isNewer = ({ since }: Dated) => since !== undefined && versions.indexOf(since) > at
  return { had: rules.filter((rule) => !isNewer(rule)), newer: rules.filter(isNewer) }
}

function newest<Version>([first, ...more]: readonly [Version, ...Version[]]): Version {
  return more.at(-1) ?? first
}
