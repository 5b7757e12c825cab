import { type ArmedRule, type Group, groups } from '../armed-rule.ts'
import type { Play } from '../play.ts'
import { devicePolls, trafficIn } from '../play.ts'
import { counts, levelFor, type Profile } from '../profiles.ts'
import type { Scenario, Step } from '../scenario.ts'
import type { Ability } from '../tasks.ts'
import { headerOf, text } from '../traffic.ts'
import { honest } from './honest.ts'
import type { Wanted } from './options.ts'
import { isQuick } from './quick.ts'

/** What the client's requests show it to be, and by which of them that was seen. */
export function guess(control: Play): { profiles: Profile[]; because: string } {
  const { authorizations, exchanges, client } = trafficIn(control)
  const asks = (name: string, value: RegExp) => authorizations.some(({ sent }) => value.test(text(sent, name) ?? ''))
  if (asks('resource', /./)) return { profiles: ['mcp'], because: 'it names a resource' }
  const isPublic = client?.client_secret === null
  const fromPage = exchanges.some(({ entry }) => headerOf(entry, 'origin') !== '')
  const openid = asks('scope', /(^| )openid( |$)/)
  if (devicePolls(control).length > 0) return { profiles: ['native'], because: 'it signs in by a device code' }
  if (isPublic && fromPage)
    return { profiles: openid ? ['oidc', 'spa'] : ['spa'], because: 'it is public, and its token request came out of a page' }
  if (isPublic && asks('redirect_uri', /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)[:/]/)) {
    return { profiles: openid ? ['oidc', 'native'] : ['native'], because: 'it is public and listens on this machine' }
  }
  return openid ? { profiles: ['oidc'], because: 'the scope has openid' } : { profiles: ['oauth2.1'], because: 'the scope has no openid' }
}

/** A part of an exam between two honest runs. */
export interface Part {
  readonly group: Group
  readonly rules: readonly ArmedRule[]
  readonly scenarios: readonly Judged[]
}

/** A scenario and the rules that look at it. */
export interface Judged {
  readonly scenario: Scenario
  readonly judges: readonly ArmedRule[]
  /** Its place among all; 0 is the honest login. */
  readonly number: number
}

/** The rules that are asked for, in the order in which they are tried. */
export function planned(rules: readonly ArmedRule[], profiles: readonly Profile[], { only, quick, musts }: Wanted): Part[] {
  const wanted = rules.filter(
    (rule) =>
      counts(rule, profiles, musts) &&
      (only.length === 0 || only.includes(rule.id) || only.includes(rule.group)) &&
      (!quick || isQuick(rule, levelFor(rule, profiles, musts), musts)),
  )
  let number = 0
  return groups.flatMap((group) => {
    const its = wanted.filter((rule) => rule.group === group)
    return its.length === 0 ? [] : [{ group, rules: its, scenarios: scenariosOf(its, quick).map((one) => ({ ...one, number: ++number })) }]
  })
}

/** Each scenario once, for all rules that look at it; a quick exam tries a rule by its first. */
function scenariosOf(rules: readonly ArmedRule[], quick: boolean): Omit<Judged, 'number'>[] {
  const pairs = rules.flatMap((rule) => rule.scenarios.slice(0, quick ? 1 : undefined).map((scenario) => ({ rule, scenario })))
  return [...Map.groupBy(pairs, ({ scenario }) => scenario)].map(([scenario, its]) => ({ scenario, judges: its.map(({ rule }) => rule) }))
}

/** What may be tried, the honest login first. */
export function listed(parts: readonly Part[]): { title: string; rules: string[] }[] {
  const tried = [{ scenario: honest, judges: [] as readonly ArmedRule[] }, ...parts.flatMap(({ scenarios }) => scenarios)]
  return tried.map(({ scenario, judges }) => ({ title: scenario.title, rules: judges.map(({ id }) => id) }))
}

/** The steps that the driver can do: of the others, a scenario that is nothing without them says so in its `needs`. */
export function doable(steps: readonly Step[], abilities: ReadonlySet<Ability>): Step[] {
  return steps.filter((step) => !('do' in step) || step.do === 'login' || abilities.has(step.do))
}
