import { z } from 'zod'
import type { Provider } from '../../providers/provider.ts'
import { ClockRangeError } from '../../sandbox/clock.ts'
import { settingsSchema } from '../../sandbox/settings-schema.ts'
import { type Snapshot, SnapshotError } from '../../sandbox/snapshot.ts'
import { invalid } from '../problem.ts'
import { name } from '../schemas.ts'
import { storedFault } from './fault-schema.ts'
import { check } from './validation.ts'

const row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))

const spaceDocument = z.strictObject({
  space: z.string(),
  settings: z.record(z.string(), z.unknown()).describe("What differs from the sandbox's settings."),
  tables: z.record(z.string(), z.array(row)),
})

/** A snapshot as a document. */
export const snapshotDocument = z
  .strictObject({
    format: z.literal('grantbox-snapshot'),
    version: z.int().describe('Of the tables: a snapshot can be restored by the version that took it.'),
    provider: z.string(),
    company: name,
    settings: z.record(z.string(), z.unknown()).describe("What differs from the provider's settings."),
    clock: z.strictObject({ offset: z.number(), frozen_at: z.number().nullable() }).describe('Milliseconds.'),
    faults: z.array(storedFault),
    tables: z.record(z.string(), z.array(row)),
    space: z.string().optional().describe("Which of the vendor's spaces the sandbox's own world is; the default one when absent."),
    spaces: z.array(spaceDocument).optional().describe('The spaces beside it.'),
  })
  .meta({ id: 'Snapshot', description: "A sandbox's whole state, but for its name, its hosts and its journal." })

/** More than a sandbox with a hundred thousand users; bytes. */
export const snapshotLimit = 512 * 1024 * 1024

/**
 * Does something with a snapshot, whose settings must be its provider's.
 * @param provider of the sandbox that is to have its state
 * @throws Problem 400 that names what does not fit
 */
export function withSnapshot<T>(document: z.output<typeof snapshotDocument>, provider: Provider, work: (snapshot: Snapshot) => T): T {
  try {
    // Of another provider's settings it would be said that they are unknown.
    const isOwn = document.provider === provider.id
    return work(isOwn ? { ...document, settings: check(settingsSchema(provider), document.settings, 'settings') } : document)
  } catch (error) {
    if (error instanceof ClockRangeError) throw invalid({ field: 'clock', expected: error.message, came: document.clock })
    if (error instanceof SnapshotError) throw invalid({ field: error.field, expected: error.message, came: error.came })
    throw error
  }
}
