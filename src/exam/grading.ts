import { armedRules } from './armed.ts'
import { evidenceOf } from './evidence.ts'
import type { Fingerprints } from './fingerprints.ts'
import { counts, levelFor } from './profiles.ts'
import { reasons } from './proof.ts'
import { recovers, recovery } from './recovery.ts'
import { rules as passiveRules } from './registry.ts'
import type { Counts, Report, RuleReport } from './report.ts'
import type { Rule } from './rule.ts'
import type { Exam } from './run/exam.ts'
import { ofClients, trafficOf } from './traffic.ts'
import { exhibits, failed, notExercised, passed, type Verdict } from './verdict.ts'
import { partedAt } from './versions.ts'

/** What an exam has found so far. */
export function reportOf(exam: Exam, sandbox: string, prints: Fingerprints): Report {
  const { profiles, because, verdicts, controls, void: isVoid, state } = exam.findings
  const { client } = exam.cast
  const { waive: waived, musts } = exam.options
  const passive = new Map(passiveVerdicts(exam).map((one) => [one.rule.id, one]))
  const tried = exam.rules.flatMap((rule) => {
    const verdict = verdicts.get(rule)
    if (verdict === undefined) return []
    // What the honest runs break is broken, whatever else was tried.
    const seen = passive.get(rule.id)?.verdict
    passive.delete(rule.id)
    return [{ rule, group: rule.group as string, verdict: seen?.verdict === 'failed' && verdict.verdict !== 'failed' ? seen : verdict }]
  })
  const recovered =
    wants(recovery.id, recovery.group, exam) && isVoid === undefined
      ? [{ rule: recovery, group: recovery.group as string, verdict: recovers(controls) }]
      : []
  const rules = [...tried, ...recovered, ...passive.values()].map(({ rule, group, verdict }): RuleReport => {
    const { id, source, why, mend } = rule
    const own = verdict.verdict === 'failed' && !musts?.includes(id) ? verdict.level : undefined
    const level = own ?? levelFor(rule, profiles, musts)
    const said = { id, group, level, source, why, mend }
    const reason = waived[id]
    if (reason !== undefined) return { ...said, verdict: 'waived', reason, message: reason, evidence: [] }
    if (verdict.verdict === 'not_exercised') {
      const { reason, message } = verdict
      return { ...said, verdict: 'not_exercised', reason, message: message || reasons[reason], evidence: [] }
    }
    const { proof, message } = verdict
    return { ...said, verdict: verdict.verdict, proof, message, evidence: evidenceOf(verdict.evidence, prints) }
  })
  const newer = newerThan(exam.rulesVersion)
  return {
    exam: {
      profile: profiles,
      ...(because !== undefined && { guessed: because }),
      ...(exam.vendor !== undefined && { vendor: exam.vendor }),
      rules_version: exam.rulesVersion,
      ...(newer > 0 && { rules_newer: newer }),
      client_id: client.client_id,
      sandbox,
      started: new Date(exam.started).toISOString(),
      signals: exam.options.abilities,
      state,
      ...(isVoid !== undefined && { void: isVoid }),
    },
    controls,
    rules,
    counts: countsOf(rules),
  }
}

/** How many rules came after a version. */
function newerThan(version: string): number {
  const newer = [...partedAt(armedRules, version).newer, ...partedAt(passiveRules, version).newer]
  return new Set(newer.map(({ id }) => id)).size
}

/** Whether a rule that no scenario of its own shows was asked for. */
function wants(id: string, group: string, { options: { only } }: Exam): boolean {
  return only.length === 0 || only.includes(id) || only.includes(group)
}

/** How many rules had which verdict. */
export function countsOf(rules: readonly RuleReport[]): Counts {
  const count = (is: (rule: RuleReport) => boolean) => rules.filter(is).length
  return {
    passed: count(({ verdict }) => verdict === 'passed'),
    failed: count(({ verdict }) => verdict === 'failed'),
    failed_must: count(({ verdict, level }) => verdict === 'failed' && level === 'must'),
    not_exercised: count(({ verdict }) => verdict === 'not_exercised'),
    waived: count(({ verdict }) => verdict === 'waived'),
    by_silence: count(({ verdict, proof }) => verdict === 'passed' && proof === 'silence'),
  }
}

/** The rules that any traffic shows, read off the honest runs. */
function passiveVerdicts(exam: Exam): { rule: Rule; group: string; verdict: Verdict }[] {
  const { profiles, honest, state } = exam.findings
  const { quick, musts } = exam.options
  if (state === 'running' || honest.length === 0) return []
  const { client } = exam.cast
  const traffic = trafficOf(ofClients(honest), () => client, exam.isByTheBook).get(client.client_id)
  if (traffic === undefined) return []
  const byId = new Map(honest.map((entry) => [entry.id, entry]))
  return partedAt(passiveRules, exam.rulesVersion)
    .had.filter((rule) => counts(rule, profiles, musts) && wants(rule.id, 'any', exam))
    .filter((rule) => !quick || levelFor(rule, profiles, musts) === 'must')
    .map((rule) => {
      const unseen = rule.unseen?.(traffic)
      const found = unseen === undefined ? rule.find(traffic) : undefined
      const proof = found?.evidence.flatMap((id) => byId.get(id) ?? []) ?? []
      const verdict: Verdict =
        unseen !== undefined
          ? notExercised('unused', unseen)
          : found === undefined
            ? passed('wire', 'No request of the honest runs is against it.', [])
            : failed('wire', found.message, exhibits(undefined, proof), found.level)
      return { rule, group: 'any', verdict }
    })
}
