import { callbacksIn, isIn, type Play, trafficIn } from '../play.ts'
import type { Scenario } from '../scenario.ts'

/** An honest run: it must sign in. */
export const honest: Scenario = { title: 'A login', wants: 'success', steps: [{ do: 'login' }] }

/** The same by one who can call an API and log out, which shows what the client makes of it. */
export function honestFor(abilities: ReadonlySet<string>): Scenario {
  return { ...honest, steps: [{ do: 'login' }, ...(abilities.has('call_api') ? [{ do: 'call_api' } as const] : [])] }
}

/** A server that denies: a driver that is signed in here says so of everything. */
export const sham: Scenario = {
  title: 'A login',
  wants: 'refusal',
  steps: [{ arm: [{ endpoint: 'authorize', error: 'access_denied', times: 0 }] }, { do: 'login' }],
  device: { denies: true },
}

/** Why an honest run is none; undefined when it is. */
export function troubleWith(play: Play): string | undefined {
  const { authorizations, exchanges } = trafficIn(play)
  if (isIn(play) === false) return `an honest login did not end signed in${after(play)}`
  if (exchanges.some(({ entry }) => entry.status === 200)) return undefined
  if (isIn(play) === true && authorizations.length === 0)
    return 'the driver says that somebody is signed in, and no authorization request came'
  if (authorizations.length === 0 && callbacksIn(play).length === 0) return 'nobody logged in: no authorization request came'
  return `an honest login did not end with tokens${after(play)}`
}

/** What was refused last, for people. */
function after({ entries }: Play): string {
  const refused = entries.findLast(({ error }) => error !== undefined)
  if (refused === undefined) return ''
  const { method, url, error, explanation } = refused
  return `: ${method} ${url.replace(/\?.*$/s, '')} was refused with ${error}${explanation === undefined ? '' : ` (${explanation})`}`
}
