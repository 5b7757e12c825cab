import { describe, expect, onTestFinished, test } from 'vitest'
import { type Sandbox, startGrantbox } from '../../src/index.ts'

const flows = 200
const workers = 8
const client = { client_id: 'standard-web', client_secret: 'standard-web-secret' }
const redirect_uri = 'http://localhost/callback'

const post = async (sandbox: Sandbox, form: Record<string, string>) => {
  const answer = await fetch(`${sandbox.url}/token`, { method: 'POST', body: new URLSearchParams({ ...client, ...form }) })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

/** What a worker's world is like, by its number: each differs from its neighbours in all that can be told apart. */
function worldOf(worker: number) {
  return {
    ttl: 60 + worker,
    year: 2030 + worker,
    refused: worker % 2 === 0 ? 'invalid_grant' : 'temporarily_unavailable',
    username: `user-${worker}`,
  }
}

/** A whole flow: code, tokens, userinfo, refresh; every fourth refresh meets the world's own fault. */
async function flow(sandbox: Sandbox, worker: number, number: number): Promise<void> {
  const { ttl, year, refused, username } = worldOf(worker)
  const { code = '' } = await sandbox.authorize({ ...{ client_id: client.client_id }, redirect_uri, username, scope: 'openid profile' })
  const { body } = await post(sandbox, { grant_type: 'authorization_code', code, redirect_uri })
  expect(body.expires_in).toBe(ttl)
  const claims = JSON.parse(Buffer.from(String(body.id_token).split('.')[1] ?? '', 'base64url').toString())
  expect([claims.sub, new Date(claims.iat * 1000).getUTCFullYear()]).toEqual([username, year])
  const userinfo = await fetch(`${sandbox.url}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })
  expect(((await userinfo.json()) as { sub: string }).sub).toBe(username)
  const fault = number % 4 === 3
  if (fault) await sandbox.faults.add({ endpoint: 'token', grant_type: 'refresh_token', error: refused })
  const refreshed = await post(sandbox, { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) })
  expect(refreshed.body.error).toBe(fault ? refused : undefined)
}

describe('eight workers on one server', () => {
  test('run 200 flows each with clocks, faults and users of their own, and none sees another', async () => {
    const box = await startGrantbox({ provider: 'standard' })
    onTestFinished(() => box.close())
    const sandboxes = await Promise.all(
      Array.from({ length: workers }, async (_, worker) => {
        const { ttl, year, username } = worldOf(worker)
        const sandbox = await box.createSandbox({ settings: { access_token_ttl: ttl } })
        await sandbox.clock.set(`${year}-06-01T00:00:00Z`)
        await sandbox.users.create({ username, id: username })
        return sandbox
      }),
    )
    await Promise.all(
      sandboxes.map(async (sandbox, worker) => {
        for (let number = 0; number < flows; number++) await flow(sandbox, worker, number)
      }),
    )
    for (const [worker, sandbox] of sandboxes.entries()) {
      const grants = await sandbox.grants.list()
      expect(grants).toHaveLength(flows)
      expect(new Set(grants.map((grant) => grant.username))).toEqual(new Set([worldOf(worker).username]))
      expect(await sandbox.faults.list()).toEqual([])
      const entries = await sandbox.requests.list({ limit: 1000 })
      expect(entries.filter((entry) => entry.username !== worldOf(worker).username && entry.username !== null)).toEqual([])
      expect(entries).toHaveLength(flows * 3)
    }
    const [first, second] = sandboxes
    const token = (await first?.tokens.mint({ client_id: client.client_id }))?.access_token
    expect((await fetch(`${second?.url}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
  }, 120_000)
})
