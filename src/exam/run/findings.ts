import type { JournalEntry } from '../../sandbox/journal.ts'
import type { ArmedRule } from '../armed-rule.ts'
import type { Moment, Sent, Strayed } from '../play.ts'
import type { Profile } from '../profiles.ts'
import type { ControlRun } from '../report.ts'
import type { Scenario } from '../scenario.ts'
import type { Verdict } from '../verdict.ts'

/** What an exam has found so far. */
export interface Findings {
  readonly profiles: readonly Profile[]
  readonly because: string | undefined
  readonly verdicts: ReadonlyMap<ArmedRule, Verdict>
  readonly controls: readonly ControlRun[]
  /** Why the whole says nothing; undefined when it does. */
  readonly void: string | undefined
  /** The requests of honest runs, for the rules that any traffic shows. */
  readonly honest: readonly JournalEntry[]
  readonly state: 'running' | 'done' | 'stopped'
}

/** A scenario's requests while it is played. */
export interface Live {
  readonly scenario: Scenario
  readonly entries: JournalEntry[]
  readonly moments: Moment[]
  readonly strayed: Strayed[]
  readonly sent: Sent[]
}
