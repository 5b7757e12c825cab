import type { ArmedRule } from '../armed-rule.ts'
import type { Play } from '../play.ts'
import { notExercised, together, type Verdict } from '../verdict.ts'
import { judged } from './settle.ts'

/** What one play showed, and the same play as it is now. */
interface Shown {
  readonly verdict: Verdict
  readonly now?: () => Play
}

/** What was shown of rules, until an honest run says that it stands. */
export class Tally {
  readonly #shown = new Map<ArmedRule, Shown[]>()

  /** @param now the play with what came since; absent when there was none */
  note(rule: ArmedRule, verdict: Verdict, now?: () => Play): void {
    this.#shown.set(rule, [...(this.#shown.get(rule) ?? []), { verdict, ...(now !== undefined && { now }) }])
  }

  get isEmpty(): boolean {
    return this.#shown.size === 0
  }

  /** The verdicts, of which nothing is kept then. @param trouble why the honest run after them was none */
  close(trouble: string | undefined): [ArmedRule, Verdict][] {
    let isFirst = true
    const all = [...this.#shown].map(([rule, shown]): [ArmedRule, Verdict] => {
      const verdict = together(shown.map((one) => lateOf(rule, one)))
      // Who is stuck afterwards may have been so before: what that does not explain stands.
      const stands = verdict.verdict === 'failed' && (isFirst || verdict.proof === 'wire' || verdict.proof === 'canary')
      const isShaken = trouble !== undefined && verdict.verdict !== 'not_exercised' && !stands
      if (verdict.verdict === 'failed') isFirst = false
      return [rule, isShaken ? notExercised('unstable', `Afterwards ${trouble}.`) : verdict]
    })
    this.#shown.clear()
    return all
  }
}

/** What was to be refused and was taken late, when its scenario was over, was taken. */
function lateOf(rule: ArmedRule, { verdict, now }: Shown): Verdict {
  if (verdict.verdict !== 'passed' || now === undefined) return verdict
  const play = now()
  if (play.scenario.wants !== 'refusal') return verdict
  const late = judged(rule, play)
  return late.verdict === 'failed' && late.proof === 'wire' ? late : verdict
}
