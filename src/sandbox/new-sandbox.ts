import { randomLowerCase } from '../basics/random.ts'
import type { Provider } from '../providers/provider.ts'
import { machineTime } from './clock.ts'
import { hostNames } from './places.ts'
import { mergeSettings, newSecret } from './settings.ts'
import type { SandboxRecord } from './table.ts'

/** What a new sandbox may say of itself. */
export interface NewSandbox {
  /** Made up when absent. */
  name?: string | undefined
  provider: Provider
  company?: string | undefined
  hosts?: readonly string[] | undefined
  /** A port to itself; 0 takes a free one, null is none. */
  port?: number | null | undefined
  settings?: Readonly<Record<string, unknown>> | undefined
  /** Whether it starts with the provider's preloaded world; true when absent. */
  seed?: boolean | undefined
}

/** What may change of a sandbox; a setting that is null goes back to what its provider says. */
export interface SandboxChange {
  company?: string | undefined
  hosts?: readonly string[] | undefined
  /** 0 keeps the one that it has, or else takes a free one. */
  port?: number | null | undefined
  settings?: Readonly<Record<string, unknown>> | undefined
}

/** What is to be stored of a new sandbox. @param created_at milliseconds by the machine's clock */
export function newRecord(draft: NewSandbox, created_at: number): Omit<SandboxRecord, 'id'> {
  const { name, provider, company = provider.world.company, hosts: wanted = [], port = null, settings = {}, seed = true } = draft
  const hosts = hostNames(wanted)
  const said = { company, settings: mergeSettings({}, settings, newSecret) }
  return {
    name: name ?? `${provider.id}-${randomLowerCase(8)}`,
    provider: provider.id,
    parent_id: null,
    space: null,
    ...said,
    initial: { ...said, hosts, ...(port !== null && { port }), ...(name === undefined && { unnamed: true }) },
    hosts,
    port,
    seeded: seed,
    clock: machineTime,
    created_at,
  }
}

/** What is to be stored of a sandbox after a change. */
export function changedRecord(before: SandboxRecord, change: SandboxChange): SandboxRecord {
  const { company = before.company, hosts = before.hosts, port: wanted, settings = {} } = change
  const port = wanted === undefined || (wanted === 0 && before.port !== null) ? before.port : wanted
  return { ...before, company, hosts: hostNames(hosts), port, settings: mergeSettings(before.settings, settings, newSecret) }
}
