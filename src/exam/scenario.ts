import type { FaultEffects } from '../oauth/faults/registry.ts'
import type { FaultWhen } from '../sandbox/faults.ts'
import type { SandboxSettings } from '../sandbox/settings.ts'
import type { Play } from './play.ts'
import type { Profile } from './profiles.ts'
import type { Level } from './rule.ts'
import type { Ability, Task } from './tasks.ts'
import type { Verdict } from './verdict.ts'

/** A fault as a scenario arms it: at one request unless it says how often. */
export type Armed = FaultEffects & Partial<FaultWhen> & Pick<FaultWhen, 'endpoint'>

/** What somebody who is no driver does between: grantbox itself. */
export type Deed =
  | { readonly arm: readonly Armed[] }
  | { readonly disarm: true }
  | { readonly set: Partial<SandboxSettings> }
  /** Milliseconds by the sandbox's clock. */
  | { readonly advance: number }
  | { readonly expire: 'access' | 'refresh' | 'all' }
  /** The user takes back what he gave. */
  | { readonly revoke: true }
  | { readonly rotate: 'rotate' | 'publish_late' }

/** What is done in a scenario, or asked of its driver; `wait` is milliseconds in which nobody does anything. */
export type Step = Deed | Task | { readonly wait: number }

/** Something that is done to a client, from a clean beginning. */
export interface Scenario {
  /** For people, neutral: it tells the client's author nothing that the client could know. */
  readonly title: string
  readonly steps: readonly Step[]
  /** What the driver must be able to do. */
  readonly needs?: readonly Ability[]
  /** Whether the client is to refuse it, then silence ends it, or to bear it. */
  readonly wants: 'refusal' | 'success'
  /** The canary's user stands in what is forged. */
  readonly canary?: true
}

/** The order in which groups are played: from the harmless to what may poison a cache. */
export const groups = [
  'answers',
  'callback',
  'token',
  'id_token',
  'refresh',
  'api',
  'device',
  'logout',
  'mcp',
  'fapi',
  'discovery',
  'outage',
] as const

/** One of {@link groups}. */
export type Group = (typeof groups)[number]

/** A rule that shows only when somebody does something to the client. */
export interface ArmedRule {
  readonly id: string
  readonly level: Level
  readonly group: Group
  /** Those whose clients it is about; all of them when absent. */
  readonly profiles?: readonly Profile[]
  /** The paragraph that says so. */
  readonly source: string
  readonly why: string
  readonly mend: string
  /** Each is judged; two rules may share one. */
  readonly scenarios: readonly Scenario[]
  /** A pure function of what was seen. Asked again at each request while the scenario is played, and when it is over. */
  judge(play: Play): Verdict
}
