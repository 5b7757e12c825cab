import { expect, test } from 'vitest'
import type { JournalEntry } from '../../src/sandbox/journal.ts'
import { control } from '../support/control-client.ts'
import { countStatements } from '../support/count-statements.ts'
import { DashboardClient } from '../support/dashboard-client.ts'
import { start, type TestServer } from '../support/server.ts'

/** Pages of a sandbox that has much: they draw as many rows and ask the database as often as when there was less. */

const name = 'standard'
const paths = ['apps', 'sandbox', 'sandbox?page=2', 'analytics', 'requests', 'requests?q=token'].concat(
  ['flows', 'flows?page=2', 'flows/grant-1', 'grants', 'grants/1', 'tokens', 'keys', 'faults', 'faults/new', 'time', 'exam', 'approvals'],
  ['hints', 'settings', 'docs', 'help', 'sandbox/users/new', 'apps/app_standard', 'sandbox/users/alice'],
)

/** So many more users, grants, faults and requests. */
async function fill(server: TestServer, count: number) {
  const { faults, journal, directory, grants } = server.sandbox(name)
  const users = directory.countUsers()
  expect((await control(server, 'POST', `/sandboxes/${name}/users/generate`, { count })).status).toBeLessThan(300)
  await expect.poll(() => directory.countUsers()).toBe(users + count)
  for (let number = 0; number < count; number++) {
    await control(server, 'POST', `/sandboxes/${name}/tokens`, { client_id: 'standard-web', username: 'alice' })
    faults.add({ endpoint: 'jwks', times: 0, after: 0, status: 503 })
  }
  const [newest] = grants.newest({ limit: 1 }, 0)
  for (let number = 0; number < 3 * count; number++) journal.add(requestOf(2 + (number % ((newest?.grant.id ?? 2) - 1)), number))
}

function requestOf(grant_id: number, at_ms: number): JournalEntry {
  return {
    ...{ id: 0, time: Date.now(), at_ms, duration_ms: 1, endpoint: 'token', method: 'POST', url: `/${name}/token` },
    ...{ request_headers: { host: 'localhost' }, request_body: 'grant_type=refresh_token', status: 200 },
    ...{ response_headers: { 'content-type': 'application/json' }, response_body: '{"token_type":"Bearer"}' },
    ...{ client_id: 'standard-web', username: 'alice', grant_type: 'refresh_token', grant_id },
  }
}

test('users, grants, faults and requests by the hundreds cost a page no more rows and no more statements', async () => {
  const server = await start({ made: [name] })
  const browser = new DashboardClient(server.url)
  const statements = countStatements()
  const measured = async () => {
    const pages: Record<string, { status: number; rows: number; statements: number }> = {}
    for (const path of paths) {
      // What is loaded and kept at the first time is no matter of this test.
      await browser.get(`/dashboard/${name}/${path}`)
      const before = statements()
      const { status, html } = await browser.get(`/dashboard/${name}/${path}`)
      const rows = html.match(/<(?:li|tr|option|article)\b/g)?.length ?? 0
      pages[path] = { status, rows, statements: statements() - before }
    }
    return pages
  }
  await fill(server, 60)
  const some = await measured()
  await fill(server, 90)
  const many = await measured()
  for (const [path, { status, rows, statements }] of Object.entries(some)) {
    expect([path, status, rows < 300, statements < 150]).toEqual([path, 200, true, true])
    expect(many[path]?.rows, path).toBeLessThanOrEqual(rows)
    expect(many[path]?.statements, path).toBeLessThanOrEqual(statements)
  }
})
