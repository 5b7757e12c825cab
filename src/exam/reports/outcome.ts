import { type Level, levels } from '../level.ts'
import type { Report, RuleReport } from '../report.ts'

/** What decides how an exam ends for whoever started it. */
export interface Demands {
  /** The least level at which a failure counts. */
  readonly fail_on: Level
  /** How many of the musts have to be exercised, in percent; undefined when that does not matter. */
  readonly require?: number | undefined
  /** Failures that are known, by rule. */
  readonly known?: ReadonlyMap<string, KnownFailure> | undefined
}

/** A failure that somebody knows of, until a day. */
export interface KnownFailure {
  readonly reason: string
  /** The last day on which it is let pass, as `2026-12-31`. */
  readonly until: string
}

/** How an exam ended. The code is what the command ends with. */
export interface Outcome {
  readonly code: 0 | 1 | 2 | 4
  /** Failures that count. */
  readonly failures: readonly RuleReport[]
  /** Those that are known and still good. */
  readonly excused: readonly RuleReport[]
  /** Known failures that did not fail: the list may shrink. */
  readonly mended: readonly string[]
  /** How many of the musts were exercised, in percent. */
  readonly exercised: number
}

/** @param now milliseconds by the machine's clock */
export function outcomeOf(report: Report, { fail_on, require, known = new Map() }: Demands, now: number): Outcome {
  const today = new Date(now).toISOString().slice(0, 10)
  const counting = levels.slice(0, levels.indexOf(fail_on) + 1)
  const failed = report.rules.filter(({ verdict, level }) => verdict === 'failed' && counting.includes(level))
  const isExcused = ({ id }: RuleReport) => (known.get(id)?.until ?? '') >= today
  const musts = report.rules.filter(({ level, verdict }) => level === 'must' && verdict !== 'waived')
  const tried = musts.filter(({ verdict }) => verdict !== 'not_exercised')
  const exercised = musts.length === 0 ? 100 : Math.floor((tried.length * 100) / musts.length)
  const failures = failed.filter((rule) => !isExcused(rule))
  const passed = new Set(report.rules.flatMap(({ id, verdict }) => (verdict === 'passed' ? [id] : [])))
  const code = report.exam.void !== undefined ? 2 : failures.length > 0 ? 1 : require !== undefined && exercised < require ? 4 : 0
  return { code, failures, excused: failed.filter(isExcused), mended: [...known.keys()].filter((id) => passed.has(id)), exercised }
}
