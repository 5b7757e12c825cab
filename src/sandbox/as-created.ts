import { isDeepStrictEqual } from 'node:util'
import type { NewSandbox } from './new-sandbox.ts'
import type { SandboxRecord } from './table.ts'

/** A sandbox is there and was created otherwise. */
export class CreatedOtherwiseError extends Error {
  readonly field: string
  readonly was: unknown
  readonly came: unknown

  /** @param field the first member that differs */
  constructor(name: string, field: string, was: unknown, came: unknown) {
    const text = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value))
    super(`Sandbox '${name}' is there and was created with ${field} ${text(was)}; ${text(came)} came.`)
    this.name = 'CreatedOtherwiseError'
    this.field = field
    this.was = was
    this.came = came
  }
}

/**
 * Compares a draft with what a sandbox was created with, whatever has changed since. A signing secret that was not said was made up.
 * @throws CreatedOtherwiseError
 */
export function mustBeAsCreated(record: SandboxRecord, draft: NewSandbox): void {
  const { name, initial } = record
  const settings = Object.entries(draft.settings ?? {}).filter(([, value]) => value !== null && value !== undefined)
  const said = Object.fromEntries(settings)
  const { signing_secret, ...initialSettings } = initial.settings
  const before = { ...initialSettings, ...('signing_secret' in said && { signing_secret }) }
  const members: [string, unknown, unknown][] = [
    ['provider', record.provider, draft.provider.id],
    ['company', initial.company, draft.company ?? draft.provider.world.company],
    ['hosts', [...(initial.hosts ?? record.hosts)].sort(), [...(draft.hosts ?? [])].sort()],
    ['port', initial.port, draft.port ?? undefined],
    ['seed', record.seeded, draft.seed ?? true],
    ...[...new Set([...Object.keys(said), ...Object.keys(before)])].map((key): [string, unknown, unknown] => [
      `settings.${key}`,
      (before as Record<string, unknown>)[key],
      said[key],
    ]),
  ]
  const other = members.find(([, was, came]) => !isDeepStrictEqual(was, came))
  if (other !== undefined) throw new CreatedOtherwiseError(name, ...other)
}
