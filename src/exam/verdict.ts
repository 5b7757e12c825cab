import type { JournalEntry } from '../sandbox/journal.ts'
import type { Level } from './level.ts'
import { type Proof, proofs, type Role, type Unexercised } from './proof.ts'

/** What one play of a scenario showed of a rule. */
export type Verdict =
  | {
      readonly verdict: 'passed' | 'failed'
      readonly proof: Proof
      readonly message: string
      readonly evidence: readonly Exhibit[] /** Where it weighs otherwise than the rule usually does. */
      readonly level?: Level
    }
  | { readonly verdict: 'not_exercised'; readonly reason: Unexercised; readonly message: string }

/** A request that a verdict rests on, and its part in it. */
export interface Exhibit {
  readonly role: Role
  readonly entry: JournalEntry
}

/** The deed's request first, then those that prove it. */
export function exhibits(deed: JournalEntry | undefined, proof: readonly JournalEntry[] = []): Exhibit[] {
  return [
    ...(deed === undefined ? [] : [{ role: 'deed' as const, entry: deed }]),
    ...proof.map((entry) => ({ role: 'proof' as const, entry })),
  ]
}

/** What must not come came, or what must come did not. */
export function failed(proof: Proof, message: string, evidence: readonly Exhibit[], level?: Level): Verdict {
  return { verdict: 'failed', proof, message, evidence, ...(level !== undefined && { level }) }
}

/** The deed was delivered, and borne. */
export function passed(proof: Proof, message: string, evidence: readonly Exhibit[]): Verdict {
  return { verdict: 'passed', proof, message, evidence }
}

/** Nothing can be said. */
export function notExercised(reason: Unexercised, message: string): Verdict {
  return { verdict: 'not_exercised', reason, message }
}

/** One verdict of several plays: a failure counts, then the weakest proof; what was not exercised only when all were not. */
export function together(verdicts: readonly Verdict[]): Verdict {
  const failure = verdicts.find(({ verdict }) => verdict === 'failed')
  if (failure !== undefined) return failure
  const good = verdicts.flatMap((one) => (one.verdict === 'passed' ? [one] : []))
  const weakest = good.sort((a, b) => proofs.indexOf(b.proof) - proofs.indexOf(a.proof))[0]
  return weakest ?? verdicts[0] ?? notExercised('stopped', 'It was not tried.')
}
