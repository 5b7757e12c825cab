import { z } from 'zod'
import { makeSecret } from '../../sandbox/client-secret.ts'
import { duration } from '../../sandbox/duration.ts'
import { addClient } from '../../sandbox/new-app.ts'
import { clientDraft, draftedClient } from '../input/client-draft.ts'
import { appNamed, clientNamed } from '../input/lookup.ts'
import { Problem } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { rfc3339, time } from '../schemas.ts'
import { clientView, viewClient } from '../views/app.ts'

const secretDraft = z.strictObject({
  expires_in: duration
    .optional()
    .describe('As long as a secret may live when absent; negative for one that has expired. Such as "5m", or seconds.'),
})

const secretView = z.object({ client_secret: z.string(), expires_at: time }).meta({ id: 'ClientSecret' })

/** Further clients of an app. */
export const clients = sandboxRoutes('apps', ({ inSpace: { create, post, remove } }) => {
  const given = { body: clientDraft.prefault({}), answer: clientView }
  create('/apps/:app/clients', 'Give an app another client', given, ({ sandbox, params, body }) =>
    viewClient(addClient(sandbox, appNamed(params.app, sandbox), draftedClient(body, sandbox)), sandbox),
  )

  const wanted = { body: secretDraft.prefault({}), answer: secretView }
  post('/clients/:client_id/secret', 'Make a secret of the key of a client, where clients make their own', wanted, (call) => {
    const { sandbox, params, body } = call
    const client = clientNamed(params.client_id, sandbox)
    const made = makeSecret(client, sandbox, body.expires_in === undefined ? undefined : Math.round(body.expires_in / 1000))
    if ('problem' in made) throw new Problem(409, made.problem)
    return { client_secret: made.client_secret, expires_at: rfc3339(made.expires_at) }
  })

  remove('/clients/:client_id', 'Delete a client with its grants and tokens', ({ sandbox, params }) =>
    sandbox.directory.deleteClient(clientNamed(params.client_id, sandbox)),
  )
})
