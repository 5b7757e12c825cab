import { randomText } from '../basics/random.ts'
import type { Journal } from '../sandbox/journal.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
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
}

/** By what a sandbox keeps as long as it is there. */
const sittings = new WeakMap<Journal, Sitting>()

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
  if (sittings.get(journal)?.exam.findings.state === 'running') throw new ExamRunningError(`An exam is going on in sandbox '${name}'`)
  const exam = await Exam.begin(world, options)
  const prints = new Fingerprints()
  const sitting = { id: randomText(12), exam, report: () => reportOf(exam, name, prints) }
  sittings.set(journal, sitting)
  return sitting
}

/** Ends a sandbox's exam, if one goes on, and forgets it. @returns whether there was one */
export function endExam({ journal }: Pick<Sandbox, 'journal'>): boolean {
  sittings.get(journal)?.exam.stop()
  return sittings.delete(journal)
}
