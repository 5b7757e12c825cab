import { countsOf } from './grading.ts'
import { recovery } from './recovery.ts'
import type { Report, RuleReport } from './report.ts'

/** One report of several exams of the same client, which tried some of the rules each. */
export function merged([first, ...more]: readonly [Report, ...Report[]]): Report {
  const all = [first, ...more]
  const its = [
    ...Map.groupBy(
      all.flatMap(({ rules }) => rules),
      ({ id }) => id,
    ).values(),
  ].flatMap(weighed)
  // As in one exam: what was tried, what the honest runs between show, what any traffic does.
  const rules = [0, 1, 2].flatMap((place) => its.filter((rule) => placeOf(rule) === place))
  const isVoid = all.find(({ exam }) => exam.void !== undefined)?.exam.void
  const state = all.find(({ exam }) => exam.state !== 'done')?.exam.state ?? 'done'
  return {
    exam: { ...first.exam, state, ...(isVoid !== undefined && { void: isVoid }) },
    controls: all.flatMap(({ controls }) => controls),
    rules,
    counts: countsOf(rules),
  }
}

/** What was broken once is broken; else what was tried says more than what came by the way. */
function weighed(said: readonly RuleReport[]): RuleReport[] {
  const ranks: ((rule: RuleReport) => boolean)[] = [
    ({ verdict }) => verdict === 'failed',
    ({ group }) => group !== anyTraffic,
    ({ verdict }) => verdict === 'passed',
    () => true,
  ]
  return ranks.flatMap((is) => said.find(is) ?? []).slice(0, 1)
}

const anyTraffic = 'any'

function placeOf({ id, group }: RuleReport): number {
  if (id === recovery.id) return 1
  return group === anyTraffic ? 2 : 0
}
