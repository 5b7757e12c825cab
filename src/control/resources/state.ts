import type { z } from 'zod'
import { snapshotDocument, snapshotLimit, withSnapshot } from '../input/snapshot-document.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { sandboxView } from '../views/sandbox.ts'
import { view } from './sandboxes.ts'

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

  const restored = { body: snapshotDocument, answer: sandboxView, options: { bodyLimit: snapshotLimit } }
  put('/snapshot', 'Restore a state, all of it or nothing', restored, ({ sandbox, body, request }) =>
    view(
      withSnapshot(body, sandbox.provider, (snapshot) => sandboxes.restore(sandbox, snapshot)),
      request,
      deps,
    ),
  )
})
