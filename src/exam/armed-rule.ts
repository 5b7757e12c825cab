import type { Level } from './level.ts'
import type { Play } from './play.ts'
import type { Profile } from './profiles.ts'
import type { Scenario } from './scenario.ts'
import type { Verdict } from './verdict.ts'
import type { Dated } from './versions.ts'

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
  'vendor',
  'outage',
] as const

/** One of {@link groups}. */
export type Group = (typeof groups)[number]

/** A rule that shows only when somebody does something to the client. */
export interface ArmedRule extends Dated {
  readonly id: string
  readonly level: Level
  readonly group: Group
  /** Those whose clients it is about; all of them when absent. */
  readonly profiles?: readonly Profile[]
  /** The paragraph that says so. */
  readonly source: string
  readonly why: string
  readonly mend: string
  /** Its failures rest on timing or order, and are tried again. */
  readonly timing?: true
  /** Why an honest run shows that it is not about this client, to which nothing is done then; undefined when it may be. */
  readonly unused?: (control: Play) => string | undefined
  /** Each is judged; two rules may share one. */
  readonly scenarios: readonly Scenario[]
  /** A pure function of what was seen. Asked again at each request while the scenario is played, and when it is over. */
  judge(play: Play): Verdict
}
