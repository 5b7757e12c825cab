import { z } from 'zod'
import { ClockRangeError } from '../../sandbox/clock.ts'
import { settingsSchema } from '../../sandbox/settings-schema.ts'
import { SnapshotError } from '../../sandbox/snapshot.ts'
import { addressesOf } from '../addresses.ts'
import type { Resource } from '../deps.ts'
import { storedFault } from '../input/fault-schema.ts'
import { sandboxNamed } from '../input/lookup.ts'
import { check } from '../input/validation.ts'
import { invalid } from '../problem.ts'
import { inSandbox, name, refusal } from '../schemas.ts'
import { sandboxView, viewSandbox } from '../views/sandbox.ts'

const row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))

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
  })
  .meta({ id: 'Snapshot', description: "A sandbox's whole state, but for its name, its hosts and its journal." })

/** More than a sandbox with a hundred thousand users; bytes. */
const bodyLimit = 512 * 1024 * 1024

/** A sandbox's state as a whole: back to the beginning, out as a document, in again. */
export const state: Resource = (app, deps) => {
  const path = '/sandboxes/:sandbox'

  app.post(
    `${path}/reset`,
    {
      schema: {
        tags: ['state'],
        summary: 'Go back to the preloaded state, with the settings of the creation',
        params: inSandbox,
        response: { 200: sandboxView, default: refusal },
      },
    },
    (request) => {
      const sandbox = deps.sandboxes.reset(sandboxNamed(request.params.sandbox, deps.sandboxes))
      return viewSandbox(sandbox, addressesOf(sandbox, request.raw, deps), deps.sandboxes.defaultName)
    },
  )

  app.get(
    `${path}/snapshot`,
    {
      schema: {
        tags: ['state'],
        summary: 'The whole state as one document',
        params: inSandbox,
        response: { 200: snapshotDocument, default: refusal },
      },
      // Checking a document of ours member by member would cost more than making it.
      serializerCompiler: () => JSON.stringify,
    },
    (request) => deps.sandboxes.snapshot(sandboxNamed(request.params.sandbox, deps.sandboxes)) as z.output<typeof snapshotDocument>,
  )

  app.put(
    `${path}/snapshot`,
    {
      bodyLimit,
      schema: {
        tags: ['state'],
        summary: 'Restore a state, all of it or nothing',
        params: inSandbox,
        body: snapshotDocument,
        response: { 200: sandboxView, default: refusal },
      },
    },
    (request) => {
      const before = sandboxNamed(request.params.sandbox, deps.sandboxes)
      const { settings, ...document } = request.body
      try {
        // Of another provider's settings it would be said that they are unknown.
        const own = document.provider === before.provider.id
        const checked = own ? check(settingsSchema(before.provider), settings, 'settings') : settings
        before.clock.check(document.clock)
        const sandbox = deps.sandboxes.restore(before, { ...document, settings: checked })
        return viewSandbox(sandbox, addressesOf(sandbox, request.raw, deps), deps.sandboxes.defaultName)
      } catch (error) {
        if (error instanceof ClockRangeError) throw invalid({ field: 'clock', expected: error.message, came: document.clock })
        if (error instanceof SnapshotError) throw invalid({ field: error.field, expected: error.message, came: error.came })
        throw error
      }
    },
  )
}
