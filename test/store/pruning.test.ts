import { expect, test } from 'vitest'
import type { User } from '../../src/oauth/model/records.ts'
import type { ProtocolStore } from '../../src/oauth/storage/store.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { start } from '../support/server.ts'
import { tokensOf } from '../support/standard-client.ts'

const hour = 3_600_000

function userOf({ directory }: Sandbox): User {
  const user = directory.findUser('alice')
  if (user === undefined) throw new Error('no alice')
  return user
}

/** Issues access tokens until the store has looked at all that is there, at a time of the sandbox. */
async function issueMany({ store }: Sandbox, grant_id: number, now: number): Promise<void> {
  for (let round = 0; round < 8; round++) {
    for (let i = 0; i < 256; i++) {
      const id = store.reserveIds(1)
      const access = { digest: Buffer.alloc(16), scope: null, expires_at: now + hour }
      store.saveTokens({ id, grant_id, parent_id: null, issued_at: now, access })
    }
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** What the store finds by a key and any digest: `unknown` when nothing is there or the digest differs. */
function expectations(store: ProtocolStore, ids: Record<string, { id: number; digest: Buffer }>, now: number) {
  const found: Record<string, unknown> = {}
  for (const [name, { id, digest }] of Object.entries(ids)) {
    const access = store.findAccessToken(id, digest, now)
    found[name] = typeof access === 'string' ? access : 'there'
  }
  return found
}

test('dead access tokens go an hour after they expired, by the clock of their sandbox, and living ones stay', async () => {
  const { sandbox, server } = await start({ defaultProvider: 'standard' })
  const one = sandbox()
  const provider = one.provider
  const other = server.sandboxes.create({ name: 'other', provider })
  const now = one.clock.now()
  const save = (where: Sandbox, expires_at: number, mark: number) => {
    const client = where.store.findClient('standard-web')
    if (client === undefined) throw new Error('no client')
    const user = userOf(where)
    const grant = where.store.saveGrant({ client, user, grant_type: 'password', scope: 'read', created_at: now })
    const [id, digest] = [where.store.reserveIds(1), Buffer.alloc(16, mark)]
    const access = { digest, scope: null, expires_at }
    where.store.saveTokens({ id, grant_id: grant.id, parent_id: null, issued_at: now, access })
    return { id, digest, grant_id: grant.id }
  }
  const dead = save(one, now - hour - 1, 1)
  const expired = save(one, now - hour + 60_000, 2)
  const living = save(one, now + hour, 3)
  const elsewhere = save(other, now - hour - 1, 4)

  await issueMany(one, living.grant_id, now)
  expect(expectations(one.store, { dead, expired, living }, now)).toEqual({ dead: 'unknown', expired: 'expired', living: 'there' })
  expect(expectations(other.store, { elsewhere }, now)).toEqual({ elsewhere: 'expired' })
})

test('a superseded refresh token revokes its grant for a day (RFC 9700 §4.14.2), and is unknown after that', async () => {
  const { url, sandbox, server } = await start({ defaultProvider: 'standard' })
  const one = sandbox()
  const refresh = async (refresh_token: string) => {
    const form = { grant_type: 'refresh_token', refresh_token, client_id: 'standard-web', client_secret: 'standard-web-secret' }
    const response = await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams(form) })
    return { explanation: response.headers.get('grantbox-explain') ?? '', body: (await response.json()) as Record<string, string> }
  }
  const client = one.store.findClient('standard-web')
  if (client === undefined) throw new Error('no client')
  const own = one.store.ownGrant({ client, user: undefined, grant_type: 'client_credentials', scope: 'read', created_at: 0 })
  const chain = async () => {
    const first = await tokensOf(url)
    const second = await refresh(first.refresh_token ?? '')
    const third = await refresh(second.body.refresh_token ?? '')
    return { first: first.refresh_token ?? '', third: third.body.refresh_token ?? '' }
  }

  const [early, late] = [await chain(), await chain()]
  await issueMany(one, own.id, one.clock.now())
  expect((await refresh(early.first)).explanation).toContain('used after its time')

  server.sandboxes.advanceClock(one, 25 * hour)
  await issueMany(one, own.id, one.clock.now())
  expect((await refresh(late.first)).explanation).toContain('was not issued by this sandbox')
  expect(await refresh(late.third)).toMatchObject({ body: { refresh_token: expect.any(String) } })
})
