import { z } from 'zod'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { rfc3339, time } from '../schemas.ts'

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

const rotation = z.strictObject({
  mode: z
    .enum(['rotate', 'retire', 'publish_late'])
    .describe(
      '`rotate` keeps the old keys in the key set, `retire` takes them out, `publish_late` signs with keys that the set does not show yet.',
    ),
})

/** A sandbox's signing keys. */
export const keys = sandboxRoutes('keys', ({ get, post }, { sandboxes }) => {
  get('/keys', 'The signing keys made so far', { answer: keyList }, ({ sandbox }) => viewKeys(sandbox))

  post('/keys/rotate', 'Sign with new keys from now on', { body: rotation, answer: keyList }, async ({ sandbox, body }) => {
    await sandbox.keys.rotate(body.mode)
    // A provider that signs with a secret alone has no key set to keep an old key in.
    if (sandbox.provider.signing_algs.length === 0) sandboxes.update(sandbox, { settings: { signing_secret: null } })
    return viewKeys(sandbox)
  })

  post('/keys/publish', 'Publish what publish_late held back', { answer: keyList }, ({ sandbox }) => {
    sandbox.keys.publishPending()
    return viewKeys(sandbox)
  })
})

function viewKeys({ store }: Sandbox): z.output<typeof keyList> {
  const keys = store.listKeys()
  return { items: keys.map(({ kid, alg, state, created_at }) => ({ kid, alg, state, created_at: rfc3339(created_at) })) }
}
