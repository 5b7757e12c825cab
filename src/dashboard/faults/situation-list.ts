import { check } from '../../control/input/validation.ts'
import { Problem } from '../../control/problem.ts'
import { advanceClock, changeClock, clockAdvance } from '../../control/resources/clock.ts'
import { rotateKeys } from '../../control/resources/keys.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Sandboxes } from '../../sandbox/sandboxes.ts'
import { settingsSchema } from '../../sandbox/settings-schema.ts'
import { isBeside } from '../../sandbox/spaces.ts'
import { unsaidIn } from '../sandbox/settings-form.ts'
import { armedBy, isServed } from './served.ts'
import { type Situation, situationGroups } from './situations.ts'

/** A situation as the page offers it. */
interface ShownSituation {
  says: string
  /** What its button sends; absent where there is none to press. */
  name?: string
  button?: string
  /** `on` when it holds now, `always` when it does by itself. */
  state?: string | undefined
  /** Where it is brought about instead. */
  link?: { href: string; label: string }
}

/** The situations of one heading. */
export interface ShownGroup {
  id: string
  heading: string
  situations: readonly ShownSituation[]
}

/** Those that can come about in a sandbox. */
export function shownGroups(sandbox: Sandbox, base: string): ShownGroup[] {
  return situationGroups.flatMap(({ heading, situations }) => {
    const shown = situations.filter((one) => isServed(one, sandbox)).map((one) => shownAs(one, sandbox, base))
    return shown.length === 0 ? [] : [{ id: slug(heading), heading, situations: shown }]
  })
}

/** What a sign-in can be made to meet, from its beginning until the tokens are there. */
export function signInSituations(sandbox: Sandbox): { heading: string; choices: readonly { value: string; label: string }[] }[] {
  const meets = (situation: Situation) => {
    const faults = armedBy(situation, sandbox)
    return (
      faults.length > 0 &&
      faults.every(({ endpoint, grant_type }) => endpoint === 'authorize' || (endpoint === 'token' && grant_type !== 'refresh_token'))
    )
  }
  return situationGroups.flatMap(({ heading, situations }) => {
    const choices = situations
      .filter((one) => isServed(one, sandbox) && meets(one))
      .map(({ called, says }) => ({ value: slug(called), label: says }))
    return choices.length === 0 ? [] : [{ heading, choices }]
  })
}

function shownAs(situation: Situation, sandbox: Sandbox, base: string): ShownSituation {
  const { says, called } = situation
  if ('byHand' in situation) return { says }
  if ('goTo' in situation) return { says, link: { href: base + situation.goTo, label: situation.label } }
  const name = slug(called)
  if ('arm' in situation) return { says, name, button: 'Arm' }
  if (!('set' in situation)) return { says, name, button: 'Do it' }
  if (!holds(situation.set, sandbox.settings)) return { says, name, button: 'Turn on' }
  return holds(situation.set, unsaidIn(sandbox)) ? { says, state: 'always' } : { says, name, state: 'on', button: 'Turn off' }
}

/** @throws Problem 404 */
export function situationNamed(name: string, sandbox: Sandbox): Situation {
  const situations = situationGroups.flatMap((group) => group.situations)
  const found = situations.find((one) => slug(one.called) === name && isServed(one, sandbox))
  if (found === undefined) throw new Problem(404, `There is no situation '${name}'.`)
  return found
}

/**
 * Does what is no fault about a situation.
 * @returns whether a setting went back to what it is without it
 */
export async function bringAbout(situation: Situation, sandbox: Sandbox, sandboxes: Sandboxes): Promise<boolean> {
  if ('advance' in situation) advanceClock(check(clockAdvance, { by: situation.advance }), sandbox, sandboxes)
  if ('stop' in situation) changeClock({ frozen: true }, sandbox, sandboxes)
  if ('expire' in situation) sandbox.grants.expire(situation.expire, {}, sandbox.clock.now())
  if ('rotate' in situation) await rotateKeys(situation.rotate, sandbox, sandboxes)
  if (!('set' in situation)) return false
  const isOn = holds(situation.set, sandbox.settings)
  const wanted = Object.entries(situation.set).map(([name, value]) => [name, isOn ? null : value] as const)
  const settings = check(settingsSchema(sandbox.provider), Object.fromEntries(wanted))
  if (isBeside(sandbox)) sandbox.spaces.change(sandbox.space, settings)
  else sandboxes.update(sandbox, { settings })
  return isOn
}

function holds(wanted: Readonly<Record<string, unknown>>, settings: object): boolean {
  const now: Readonly<Record<string, unknown>> = { ...settings }
  return Object.entries(wanted).every(([name, value]) => now[name] === value)
}

/** A heading as the anchor of a page. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-')
}
