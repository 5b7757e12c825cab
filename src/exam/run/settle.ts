import type { JournalEntry } from '../../sandbox/journal.ts'
import type { ArmedRule } from '../armed-rule.ts'
import { callbacksIn, exchangesOf, type Play } from '../play.ts'
import { notExercised, type Verdict } from '../verdict.ts'
import type { Heard } from './rendezvous.ts'

/** What tells when a task is over. */
export interface Watch {
  /** What was heard of the driver. */
  readonly heard: Heard
  /** When the task was taken; milliseconds by the clock that nobody moves, as all here. */
  readonly taken_at: number
  readonly now: number
  /** The requests that came since. */
  readonly entries: readonly JournalEntry[]
  /** Whether what is looked at has happened, or whether it may still come. */
  readonly isDelivered: boolean
  /** How long nothing may come before it counts as silence. */
  readonly settle_ms: number
  /** How long what is on its way may take, once the driver said how it went. */
  readonly grace_ms: number
  /** Whether a person does it, who is waited for. */
  readonly by_hand?: boolean | undefined
}

/** How long a driver that is at it may do nothing at all. */
export const patience_ms = 60_000

/** How long it is to wait until the task may be called over, unless something comes; 0 when it is. Milliseconds. */
export function leftOf({ heard, taken_at, now, entries, isDelivered, settle_ms, grace_ms, by_hand = false }: Watch): number {
  const last = Math.max(taken_at, ...entries.map(({ at_ms, duration_ms }) => at_ms + duration_ms))
  const isTold = heard.signal?.signed_in !== undefined || heard.signal?.user !== undefined
  const left = (from: number, wait: number) => Math.max(0, from + wait - now)
  if (isTold) return left(last, grace_ms)
  if (heard.asked_at === undefined) return by_hand ? Number.POSITIVE_INFINITY : left(taken_at, patience_ms)
  if (heard.is_at_it !== true) return left(Math.max(last, heard.asked_at), settle_ms)
  return isDelivered ? left(last, settle_ms) : left(last, patience_ms)
}

/** How long silence takes, learnt of an honest run: ten times what the client takes from its callback to the exchange; 1 to 10 s. */
export function settleBy(control: Play | undefined): number {
  return Math.min(10_000, Math.max(1000, 10 * exchangeIn(control)))
}

/**
 * How long what is on its way takes when the driver has looked at the app, learnt of the honest run before: twice what the client takes
 * from its callback to the exchange; 10 to 250 ms. What comes later still is judged when the group ends.
 */
export function graceBy(control: Play | undefined): number {
  return control === undefined ? 30 : Math.min(250, Math.max(10, 2 * exchangeIn(control)))
}

/** What the client takes from its callback to the exchange; milliseconds. */
function exchangeIn(control: Play | undefined): number {
  const took = (control === undefined ? [] : callbacksIn(control)).flatMap(({ entry, answer }) => {
    const [exchange] = control === undefined ? [] : exchangesOf(control, answer.get('code'))
    return exchange === undefined ? [] : [exchange.entry.at_ms - entry.at_ms]
  })
  return Math.max(0, ...took)
}

/** Whether nothing that may still come changes a verdict. */
export function isCertain(rules: readonly ArmedRule[], play: Play): boolean {
  const { wants } = play.scenario
  return (
    rules.length > 0 &&
    rules.every((rule) => {
      const verdict = rule.judge(play)
      if (verdict.verdict === 'not_exercised' || verdict.proof !== 'wire') return false
      return verdict.verdict === 'failed' || wants === 'success'
    })
  )
}

/** Whether requests prove already that a client keeps the rules. */
export function isKept(rules: readonly ArmedRule[], play: Play): boolean {
  const keeps = (verdict: Verdict) => verdict.verdict === 'passed' && verdict.proof === 'wire'
  return rules.length > 0 && rules.every((rule) => keeps(rule.judge(play)))
}

/** What a play shows of a rule, when nothing more comes. */
export function judged(rule: ArmedRule, play: Play): Verdict {
  if (play.moments.length === 0) return notExercised('no-login', 'Nobody logged in.')
  const verdict = rule.judge(play)
  // Then it is this machine that the client did not bear.
  const isSlow = play.entries.some(({ aborted, fault }) => aborted === true && fault === undefined)
  return isSlow && verdict.verdict === 'failed' && verdict.proof !== 'wire' && verdict.proof !== 'canary'
    ? notExercised('unstable', 'The client gave up waiting for an answer that nothing held back: this machine is busy.')
    : verdict
}

/** Lets so many milliseconds pass. */
export function passing(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Until something changes, or so many milliseconds have passed. @param on takes what is called when it does */
export function changeWithin(ms: number, on: (tell: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(ms, 2 ** 31 - 1))
    on(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
