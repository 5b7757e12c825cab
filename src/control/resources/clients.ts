import { z } from 'zod'
import { addClient } from '../../sandbox/new-app.ts'
import type { Resource } from '../deps.ts'
import { clientDraft, draftedClient } from '../input/client-draft.ts'
import { appNamed, clientNamed, sandboxNamed } from '../input/lookup.ts'
import { inApp, inSandbox, refusal } from '../schemas.ts'
import { clientView, viewClient } from '../views/app.ts'

/** Further clients of an app. */
export const clients: Resource = (app, { sandboxes }) => {
  app.post(
    '/sandboxes/:sandbox/apps/:app/clients',
    {
      schema: {
        tags: ['apps'],
        summary: 'Give an app another client',
        params: inApp,
        body: clientDraft.prefault({}),
        response: { 201: clientView, default: refusal },
      },
    },
    (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const owner = appNamed(request.params.app, sandbox)
      reply.code(201).send(viewClient(addClient(sandbox, owner, draftedClient(request.body, sandbox))))
    },
  )

  app.delete(
    '/sandboxes/:sandbox/clients/:client_id',
    {
      schema: {
        tags: ['apps'],
        summary: 'Delete a client with its grants and tokens',
        params: inSandbox.extend({ client_id: z.string() }),
        response: { 204: z.undefined().describe('It is gone.'), default: refusal },
      },
    },
    (request, reply) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      sandbox.directory.deleteClient(clientNamed(request.params.client_id, sandbox))
      reply.code(204).send()
    },
  )
}
