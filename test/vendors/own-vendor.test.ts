import { expect, test } from 'vitest'
import type { Provider } from '../../src/providers/provider.ts'
import { standard } from '../../src/providers/standard/standard.ts'
import { DashboardClient } from '../support/dashboard-client.ts'
import { passwordTokens } from '../support/iokids-client.ts'
import { start } from '../support/server.ts'

/** A vendor that brings everything of its own that there is a word for, as a folder of `providers/` would. */
const corner: Provider = {
  ...standard,
  id: 'corner',
  name: 'Corner Shop',
  picture: async (user_id) => `<svg xmlns="http://www.w3.org/2000/svg"><title>${encodeURIComponent(user_id)}</title></svg>`,
  refuses: ({ status, body }) => status === 200 && body?.includes('closed') === true,
  routes: [{ method: 'GET', path: '/shop', handle: async () => ({ status: 200, body: { shop: 'closed' } }) }],
}

async function open() {
  const server = await start({ declared: { providers: [corner], sandboxes: [] } })
  return { server, sandbox: server.sandbox('corner'), base: `${server.url}/corner`, browser: new DashboardClient(server.url) }
}

test('a vendor’s pictures are what its dashboard shows', async () => {
  const { browser } = await open()
  expect((await browser.get('/dashboard/corner/pictures/ann.svg')).html).toContain('<title>ann</title>')
  expect((await browser.get('/dashboard/standard/pictures/ann.svg')).html).not.toContain('<title>ann</title>')
})

test('a vendor says itself which answers refused a token, and a 401 alone does where it says nothing', async () => {
  const { server, sandbox, base } = await open()
  const refused = (name: string) =>
    server
      .sandbox(name)
      .counts.since(0)
      .filter((one) => one.name === 'refused')
      .map((one) => one.count)
  await (await fetch(`${base}/shop`)).json()
  expect(refused(sandbox.name)).toEqual([1])
  await fetch(`${server.url}/standard/userinfo`)
  expect(refused('standard')).toEqual([1])
  await server.server.sandboxes.update(server.sandbox('iokids'), { settings: { permission_status: 403 } })
  const { access_token } = await passwordTokens(server.url)
  server.clock.advance(301)
  expect((await fetch(`${server.url}/v1/me`, { headers: { authorization: access_token } })).status).toBe(403)
  expect(refused('iokids')).toEqual([1])
})
