import { z } from 'zod'
import { ClockRangeError } from '../../sandbox/clock.ts'
import { settingsSchema } from '../../sandbox/settings-schema.ts'
import { SnapshotError } from '../../sandbox/snapshot.ts'
import { storedFault } from '../input/fault-schema.ts'
import { check } from '../input/validation.ts'
import { invalid } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { name } from '../schemas.ts'
import { sandboxView } from '../views/sandbox.ts'
import { view } from './sandboxes.ts'

const row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))

const spaceDocument = z.strictObject({
  space: z.string(),
  settings: z.record(z.string(), z.unknown()).describe("What differs from the sandbox's settings."),
  tables: z.record(z.string(), z.array(row)),
})

const snapshotDocument = z
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
const bodyLimit = 512 * 1024 * 1024

/** A sandbox's state as a whole: back to the beginning, out as a document, in again. */
export const state = sandboxRoutes('state', ({ get, post, put }, deps) => {
  const { sandboxes } = deps
  const reset = 'Go back to the preloaded state, with the settings of the creation'
  post('/reset', reset, { answer: sandboxView }, ({ sandbox, request }) => view(sandboxes.reset(sandbox), request, deps))

  // Checking a document of ours member by member would cost more than making it.
  const asItIs = { answer: snapshotDocument, options: { serializerCompiler: () => JSON.stringify } }
  get('/snapshot', 'The whole state as one document', asItIs, ({ sandbox }) => {
    return sandboxes.snapshot(sandbox) as z.input<typeof snapshotDocument>
  })

  const restored = { body: snapshotDocument, answer: sandboxView, options: { bodyLimit } }
  put('/snapshot', 'Restore a state, all of it or nothing', restored, ({ sandbox: before, body, request }) => {
    const { settings, ...document } = body
    try {
      // Of another provider's settings it would be said that they are unknown.
      const own = document.provider === before.provider.id
      const checked = own ? check(settingsSchema(before.provider), settings, 'settings') : settings
      before.clock.check(document.clock)
      return view(sandboxes.restore(before, { ...document, settings: checked }), request, deps)
    } catch (error) {
      if (error instanceof ClockRangeError) throw invalid({ field: 'clock', expected: error.message, came: document.clock })
      if (error instanceof SnapshotError) throw invalid({ field: error.field, expected: error.message, came: error.came })
      throw error
    }
  })
})
