import { z } from 'zod'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Resource } from '../deps.ts'
import { sandboxNamed } from '../input/lookup.ts'
import { inSandbox, refusal, rfc3339, time } from '../schemas.ts'

const keyList = z
  .object({
    items: z.array(
      z.object({
        kid: z.string(),
        alg: z.string(),
        state: z
          .enum(['active', 'retired', 'pending'])
          .describe('`retired` is in the key set and signs nothing; `pending` signs and is not in the key set.'),
        created_at: time,
      }),
    ),
  })
  .meta({ id: 'Keys' })

/** A sandbox's signing keys. */
export const keys: Resource = (app, { sandboxes }) => {
  const path = '/sandboxes/:sandbox/keys'
  const answer = { 200: keyList, default: refusal }

  app.get(path, { schema: { tags: ['keys'], summary: 'The signing keys made so far', params: inSandbox, response: answer } }, (request) =>
    viewKeys(sandboxNamed(request.params.sandbox, sandboxes)),
  )

  app.post(
    `${path}/rotate`,
    {
      schema: {
        tags: ['keys'],
        summary: 'Sign with new keys from now on',
        params: inSandbox,
        body: z.strictObject({
          mode: z
            .enum(['rotate', 'retire', 'publish_late'])
            .describe(
              '`rotate` keeps the old keys in the key set, `retire` takes them out, `publish_late` signs with keys that the set does not show yet.',
            ),
        }),
        response: answer,
      },
    },
    async (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      await sandbox.keys.rotate(request.body.mode)
      // A provider that signs with a secret alone has no key set to keep an old key in.
      if (sandbox.provider.signing_algs.length === 0) sandboxes.update(sandbox, { settings: { signing_secret: null } })
      return viewKeys(sandbox)
    },
  )

  app.post(
    `${path}/publish`,
    { schema: { tags: ['keys'], summary: 'Publish what publish_late held back', params: inSandbox, response: answer } },
    (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      sandbox.keys.publishPending()
      return viewKeys(sandbox)
    },
  )
}

function viewKeys({ store }: Sandbox): z.output<typeof keyList> {
  const keys = store.listKeys()
  return { items: keys.map(({ kid, alg, state, created_at }) => ({ kid, alg, state, created_at: rfc3339(created_at) })) }
}
