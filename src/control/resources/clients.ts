import { z } from 'zod'
import { rules } from '../../exam/registry.ts'
import { reasonProblem, silence } from '../../exam/silenced.ts'
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

const keyFileQuery = z.strictObject({
  at: z
    .enum(['here', 'vendor'])
    .optional()
    .describe("Which addresses it names: grantbox's, as whoever asks has them, or the vendor's own; `here` when absent."),
})

const reason = z
  .string()
  .refine((said) => reasonProblem(said) === undefined, { error: 'a reason of 1 to 500 characters, or null to restore the hint' })

const clientChange = z.strictObject({
  hints: z
    .strictObject({ off: z.partialRecord(z.enum(rules.map(({ id }) => id)), reason.nullable()).describe('Null restores a hint.') })
    .describe('Which hints are silenced, each with the reason; those that are not named stay as they are.'),
})

/** Further clients of an app. */
export const clients = sandboxRoutes('apps', ({ inSpace: { create, get, patch, post, remove } }) => {
  const given = { body: clientDraft.prefault({}), answer: clientView }
  create('/apps/:app/clients', 'Give an app another client', given, ({ sandbox, params, body }) =>
    viewClient(addClient(sandbox, appNamed(params.app, sandbox), draftedClient(body, sandbox)), sandbox),
  )

  const changed = { body: clientChange, answer: clientView }
  patch('/clients/:client_id', 'Silence hints about a client, or restore them', changed, ({ sandbox, params, body }) => {
    const client = clientNamed(params.client_id, sandbox)
    silence(client, body.hints.off, sandbox)
    return viewClient(client, sandbox)
  })

  const wanted = { body: secretDraft.prefault({}), answer: secretView }
  post('/clients/:client_id/secret', 'Make a secret of the key of a client, where clients make their own', wanted, (call) => {
    const { sandbox, params, body } = call
    const client = clientNamed(params.client_id, sandbox)
    const made = makeSecret(client, sandbox, body.expires_in === undefined ? undefined : Math.round(body.expires_in / 1000))
    if ('problem' in made) throw new Problem(409, made.problem)
    return { client_secret: made.client_secret, expires_at: rfc3339(made.expires_at) }
  })

  const file = { query: keyFileQuery, answer: z.record(z.string(), z.string()) }
  get('/clients/:client_id/key-file', 'The key file of a client, where the vendor hands such files out', file, (call) => {
    const { sandbox, params, query, addresses } = call
    const { provider, keys } = sandbox
    const client = clientNamed(params.client_id, sandbox)
    const made = provider.key_file?.(client, keys, query.at === 'vendor' ? undefined : addresses.base_url)
    if (made === undefined) throw new Problem(409, `${provider.name} has no key file for client '${client.client_id}'`)
    return made
  })

  remove('/clients/:client_id', 'Delete a client with its grants and tokens', ({ sandbox, params }) =>
    sandbox.directory.deleteClient(clientNamed(params.client_id, sandbox)),
  )
})
