import { addClient } from '../../sandbox/new-app.ts'
import { clientDraft, draftedClient } from '../input/client-draft.ts'
import { appNamed, clientNamed } from '../input/lookup.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { clientView, viewClient } from '../views/app.ts'

/** Further clients of an app. */
export const clients = sandboxRoutes('apps', ({ inSpace: { create, remove } }) => {
  const given = { body: clientDraft.prefault({}), answer: clientView }
  create('/apps/:app/clients', 'Give an app another client', given, ({ sandbox, params, body }) =>
    viewClient(addClient(sandbox, appNamed(params.app, sandbox), draftedClient(body, sandbox))),
  )

  remove('/clients/:client_id', 'Delete a client with its grants and tokens', ({ sandbox, params }) =>
    sandbox.directory.deleteClient(clientNamed(params.client_id, sandbox)),
  )
})
