import { randomText } from '../basics/random.ts'
import type { Journal } from '../sandbox/journal.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Examined } from './attestation/attestation.ts'
import { ExamRunningError } from './errors.ts'
import { Fingerprints } from './fingerprints.ts'
import { reportOf } from './grading.ts'
import type { Report } from './report.ts'
import { Exam } from './run/exam.ts'
import type { ExamOptions, ExamWorld } from './run/options.ts'

/** An exam under its id. */
export interface Sitting {
  readonly id: string
  readonly exam: Exam
  report(): Report
  /** For an attestation. */
  examined(): Examined
}

/** By what a sandbox keeps as long as it is there. */
const sittings = new WeakMap<Journal, Sitting>()

/** Where one is being made ready. */
const beginning = new WeakSet<Journal>()

/** The exam of a sandbox, going on or over. */
export function sittingOf({ journal }: Pick<Sandbox, 'journal'>): Sitting | undefined {
  return sittings.get(journal)
}

/**
 * Begins an exam in a sandbox, in the place of one that is over.
 * @throws ExamRunningError, CastError
 */
export async function beginExam(world: ExamWorld, options: ExamOptions): Promise<Sitting> {
  const { journal, name } = world.find()
  const isRunning = sittings.get(journal)?.exam.findings.state === 'running'
  if (isRunning || beginning.has(journal)) throw new ExamRunningError(`An exam is going on in sandbox '${name}'`)
  beginning.add(journal)
  const exam = await Exam.begin(world, options).finally(() => beginning.delete(journal))
  const prints = new Fingerprints()
  const report = () => reportOf(exam, name, prints)
  const waivedByVendor = Object.keys(world.find().provider.exam?.waive ?? {})
  const sitting = { id: randomText(12), exam, report, examined: () => ({ report: report(), options: exam.options, waivedByVendor }) }
  sittings.set(journal, sitting)
  return sitting
}

/** Ends a sandbox's exam, if one goes on, and forgets it. @returns whether there was one */
export function endExam({ journal }: Pick<Sandbox, 'journal'>): boolean {
  sittings.get(journal)?.exam.stop()
  return sittings.delete(journal)
}
