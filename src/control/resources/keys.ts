import { z } from 'zod'
import { GivenKeyError, type OwnKey, readGivenKey } from '../../oauth/jose/given-key.ts'
import type { StoredKey } from '../../oauth/jose/stored-keys.ts'
import { TakenError } from '../../oauth/model/directory.ts'
import { givenKeySchema } from '../../sandbox/key-schema.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Sandboxes } from '../../sandbox/sandboxes.ts'
import { Problem } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { rfc3339, time } from '../schemas.ts'

const keyView = z
  .object({
    kid: z.string(),
    alg: z.string(),
    state: z
      .enum(['active', 'retired', 'pending'])
      .describe('`retired` is in the key set and signs nothing; `pending` signs and is not in the key set.'),
    created_at: time,
  })
  .meta({ id: 'Key' })

const keyList = z
  .object({
    items: z.array(keyView),
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
export const keys = sandboxRoutes('keys', ({ inSpace: { get, post, create } }, { sandboxes }) => {
  get('/keys', 'The signing keys made so far', { answer: keyList }, ({ sandbox }) => viewKeys(sandbox))

  create('/keys', 'Sign with a private key of your own from now on', { body: givenKeySchema, answer: keyView }, ({ sandbox, body }) =>
    viewKey(importKey(body, sandbox)),
  )

  post('/keys/rotate', 'Sign with new keys from now on', { body: rotation, answer: keyList }, async ({ sandbox, body }) => {
    await rotateKeys(body.mode, sandbox, sandboxes)
    return viewKeys(sandbox)
  })

  post('/keys/publish', 'Publish what publish_late held back', { answer: keyList }, ({ sandbox }) => {
    sandbox.keys.publishPending()
    return viewKeys(sandbox)
  })
})

/** Signs with new keys from now on. */
export async function rotateKeys(mode: z.output<typeof rotation>['mode'], sandbox: Sandbox, sandboxes: Sandboxes): Promise<void> {
  await sandbox.keys.rotate(mode)
  // A provider that signs with a secret alone has no key set to keep an old key in.
  if (sandbox.provider.signing_algs.length === 0) sandboxes.update(sandbox, { settings: { signing_secret: null } })
}

/**
 * Lets a sandbox sign with a private key of the developer's own from now on.
 * @throws Problem for a key that cannot be used, TakenError when another has its kid
 */
export function importKey(given: z.output<typeof givenKeySchema>, sandbox: Sandbox): StoredKey {
  const key = readKey(given, sandbox)
  if (!sandbox.keys.give(key)) throw new TakenError('kid', key.kid)
  const stored = sandbox.store.listKeys().find(({ kid }) => kid === key.kid)
  return stored ?? { ...key, state: 'active', created_at: sandbox.clock.now() }
}

function readKey(given: z.output<typeof givenKeySchema>, { settings }: Sandbox): OwnKey {
  try {
    return readGivenKey(given, settings.signing_alg)
  } catch (error) {
    if (!(error instanceof GivenKeyError)) throw error
    throw new Problem(400, `${error.field}: ${error.message} was expected.`, [{ field: error.field, expected: error.message }])
  }
}

function viewKeys({ store }: Sandbox): z.output<typeof keyList> {
  return { items: store.listKeys().map(viewKey) }
}

/** Without its private part, which snapshots alone tell. */
function viewKey({ kid, alg, state, created_at }: StoredKey): z.output<typeof keyView> {
  return { kid, alg, state, created_at: rfc3339(created_at) }
}
