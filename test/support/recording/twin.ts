import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch } from '../server.ts'
import { send } from '../vendor-client.ts'
import { play, type Recorded, type Stage } from './play.ts'
import { readScenario, type Scenario } from './scenario.ts'
import { whatMatters } from './what-matters.ts'

/** A vendor's recordings: scenarios (`.yaml`), each with the real server's answers (`.json`) beside it. */
export const recordingsOf = (vendor: string) => join(import.meta.dirname, '../../data/recordings', vendor)

/** The names of the scenarios in a folder. */
export function scenariosIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
}

/** A step's two answers as text; `twin` says what went wrong where there is none. */
export interface Compared {
  it: string
  real: string
  twin: string
  /** Why they differ on purpose. */
  differs: string | undefined
}

/** A scenario with what the real server answered. */
export function recording(folder: string, name: string): { scenario: Scenario; real: Recorded[] } {
  return {
    scenario: readScenario(join(folder, `${name}.yaml`)),
    real: JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')),
  }
}

/** Asks a fresh twin what the real server was asked. */
export async function compare(vendor: string, name: string): Promise<Compared[]> {
  const folder = recordingsOf(vendor)
  const { scenario, real } = recording(folder, name)
  const onPurpose = new Map(scenario.steps.map(({ it, differs }) => [it, differs]))
  const server = await launch({ defaultProvider: vendor })
  const { url: base, clock } = server
  const control = async (path: string, init?: RequestInit) => (await send(`${base}/_grantbox/sandboxes/${vendor}/${path}`, init)).body
  const stage: Stage = {
    base,
    now: () => clock.now() / 1000,
    wait: (seconds) => clock.advance(seconds),
    async decide(decision) {
      const { items } = (await control('backchannel_requests')) as { items: { id: string }[] }
      const body = JSON.stringify({ decision: decision === 'SUCCEED' ? 'allow' : 'deny' })
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
      await control(`backchannel_requests/${items.at(-1)?.id}`, init)
    },
    async mailed() {
      const { items } = (await control('outbox')) as { items: { link: string | null }[] }
      return items[0]?.link ?? ''
    },
  }
  const given = new Map((await play(scenario, folder, stage)).map((one) => [one.it, one]))
  await server.close()
  return real.map(({ it, answer }) => {
    const twin = given.get(it)
    const same = { it, differs: onPurpose.get(it) }
    if (answer === undefined) throw new Error(`${name}: ${it} was not recorded`)
    return {
      ...same,
      real: whatMatters(answer, answer),
      twin: twin?.answer === undefined ? (twin?.error ?? 'not asked') : whatMatters(twin.answer, answer),
    }
  })
}
