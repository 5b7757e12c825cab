import { z } from 'zod'
import type { Resource } from '../deps.ts'
import { faultDraft, faultView, toFault, viewFault } from '../input/fault-schema.ts'
import { missing, sandboxNamed } from '../input/lookup.ts'
import { inSandbox, refusal } from '../schemas.ts'

/** A sandbox's faults. */
export const faults: Resource = (app, { sandboxes }) => {
  const path = '/sandboxes/:sandbox/faults'
  const gone = { 204: z.undefined().describe('It is gone.'), default: refusal }

  app.get(
    path,
    {
      schema: {
        tags: ['faults'],
        summary: 'The faults that may still strike, in the order in which they are looked at',
        params: inSandbox,
        response: { 200: z.object({ items: z.array(faultView) }), default: refusal },
      },
    },
    (request) => ({ items: sandboxNamed(request.params.sandbox, sandboxes).faults.list().map(viewFault) }),
  )

  app.post(
    path,
    {
      schema: {
        tags: ['faults'],
        summary: 'Add a fault',
        params: inSandbox,
        body: faultDraft,
        response: { 201: faultView, default: refusal },
      },
    },
    (request, reply) => {
      const { faults } = sandboxNamed(request.params.sandbox, sandboxes)
      reply.code(201).send(viewFault(faults.add(toFault(request.body))))
    },
  )

  app.delete(path, { schema: { tags: ['faults'], summary: 'Remove all faults', params: inSandbox, response: gone } }, (request, reply) => {
    sandboxNamed(request.params.sandbox, sandboxes).faults.clear()
    reply.code(204).send()
  })

  app.delete(
    `${path}/:id`,
    {
      schema: {
        tags: ['faults'],
        summary: 'Remove a fault',
        params: inSandbox.extend({ id: z.string() }),
        response: gone,
      },
    },
    (request, reply) => {
      const { faults } = sandboxNamed(request.params.sandbox, sandboxes)
      const { id } = request.params
      if (!faults.delete(id)) throw missing('fault', id, () => faults.list().map((fault) => fault.id))
      reply.code(204).send()
    },
  )
}
