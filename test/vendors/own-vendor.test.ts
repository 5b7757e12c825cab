import { expect, test } from 'vitest'
import type { Provider } from '../../src/providers/provider.ts'
import { signUp } from '../../src/providers/sign-up.ts'
import { standard } from '../../src/providers/standard/standard.ts'
import { Jar } from '../support/browser-jar.ts'
import { DashboardClient } from '../support/dashboard-client.ts'
import { passwordTokens } from '../support/iokids-client.ts'
import { start } from '../support/server.ts'

/** A vendor that brings everything of its own that there is a word for, as a folder of `providers/` would. */
const corner: Provider = {
  ...standard,
  id: 'corner',
  name: 'Corner Shop',
  people: {
    generate: async ({ count }) =>
      Array.from({ length: count }, (_, index) => ({
        username: `customer-${index}`,
        first_name: 'some',
        last_name: 'body',
        email: `customer-${index}@example.com`,
        type: 'customer',
        age: 30,
        password: null,
        parents: [],
        friends: [],
      })),
    usernames: () => ['alice', 'customer-x'],
  },
  seed: ({ documents, users }) => documents.kind('sale').put('first', { sold: 1 }, { user: users[0] }),
  picture: async (user_id) => `<svg xmlns="http://www.w3.org/2000/svg"><title>${encodeURIComponent(user_id)}</title></svg>`,
  refuses: ({ status, body }) => status === 200 && body?.includes('closed') === true,
  new_users: {
    ...signUp,
    rows: [
      [{ name: 'username', label: 'Badge', required: true }],
      [{ name: 'day', label: 'Day', kind: 'choice', choices: ['mon', 'tue'].map((value) => ({ value, label: value })) }],
    ],
    begin: ({ login_hint = '' }) => ({ username: `badge-${login_hint}` }),
    check: ({ username = '' }) => (username.startsWith('badge-') ? {} : { username: 'A badge is needed.' }),
    userOf: (values) => ({ ...signUp.userOf(values), type: 'customer', claims: { day: values.day } }),
  },
  routes: [
    { method: 'GET', path: '/shop', handle: async () => ({ status: 200, body: { shop: 'closed' } }) },
    {
      method: 'PUT',
      path: '/customers/:name/notes/:note',
      async handle({ documents, directory, params: { name = '', note = '' }, body, context }) {
        const user = directory.findUser(name)
        documents.kind('note').put(note, body, { user, place: context.realm.clock.now() })
        return { status: 204 }
      },
    },
    {
      method: 'GET',
      path: '/customers/:name/notes',
      async handle({ documents, directory, params: { name = '' } }) {
        const user = directory.findUser(name)
        return {
          status: 200,
          body:
            user === undefined
              ? []
              : documents
                  .kind('note')
                  .list({ user, limit: 10 })
                  .map(({ body }) => body),
        }
      },
    },
  ],
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
  server.server.sandboxes.update(server.sandbox('iokids'), { settings: { permission_status: 403 } })
  const { access_token } = await passwordTokens(server.url)
  server.clock.advance(301)
  expect((await fetch(`${server.url}/v1/me`, { headers: { authorization: access_token } })).status).toBe(403)
  expect(refused('iokids')).toEqual([1])
})

test('a vendor’s page for new users asks what the vendor wants to know, and makes the user that it says', async () => {
  const { sandbox, base } = await open()
  const [app] = sandbox.directory.listApps()
  const [client] = sandbox.directory.listClients(app)
  const request = { response_type: 'code', client_id: client?.client_id ?? '', redirect_uri: app?.redirect_uris[0] ?? '', scope: 'openid' }
  const jar = new Jar()
  const { location } = await jar.open(`${base}/authorize?${new URLSearchParams({ ...request, prompt: 'create', login_hint: '17' })}`)
  const page = await jar.open(location?.href ?? '')
  expect(page.html).toMatch(/<legend>Day<\/legend>.*name="day" value="mon" required checked/s)
  expect(page.html).toContain('id="username" name="username" type="text" value="badge-17"')
  const refused = await jar.post(page, base, { username: 'nobody', day: 'tue' })
  expect(refused.status).toBe(400)
  expect(refused.html).toMatch(/id="username-error">A badge is needed\..*value="tue" required checked/s)
  expect((await jar.post(refused, base, { username: 'badge-17', day: 'tue' })).html).toContain('badge-17')
  expect(sandbox.directory.findUser('badge-17')).toMatchObject({ type: 'customer', claims: { day: 'tue' } })
})

test('a vendor’s people are who is generated, and its usernames are given to who chose none', async () => {
  const { server } = await open()
  const users = `${server.url}/_grantbox/sandboxes/corner/users`
  const post = async (url: string, body: object): Promise<unknown> => {
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    return answer.json()
  }
  expect(await post(`${users}/generate`, { count: 2, type: 'kid' })).toMatchObject([
    { username: 'customer-0', type: 'customer' },
    { username: 'customer-1', type: 'customer' },
  ])
  expect(server.sandbox('corner').directory.findUser('alice')).toBeDefined()
  expect(await post(users, {})).toMatchObject({ username: 'customer-x' })
})

test('a vendor’s documents are there from the beginning, and again after a reset', async () => {
  const { server, sandbox } = await open()
  const sale = async () => {
    const [user] = server.sandbox('corner').directory.listUsers({ limit: 1 })
    return server.sandbox('corner').documents.kind('sale').get('first', { user })
  }
  expect(await sale()).toEqual({ sold: 1 })
  server.server.sandboxes.reset(sandbox)
  expect(await sale()).toEqual({ sold: 1 })
})

test('a vendor’s routes keep what they like without a table or a word elsewhere, and snapshots and the end of its owner take it along', async () => {
  const { server, sandbox, base } = await open()
  const put = (note: string) =>
    fetch(`${base}/customers/alice/notes/${note}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ note }),
    })
  const notes = async () => (await fetch(`${base}/customers/alice/notes`)).json()
  expect((await put('owes two')).status).toBe(204)
  const snapshot = `${server.url}/_grantbox/sandboxes/corner/snapshot`
  const before = await (await fetch(snapshot)).text()
  server.clock.advance(1)
  await put('paid')
  expect(await notes()).toEqual([{ note: 'paid' }, { note: 'owes two' }])
  const restored = await fetch(snapshot, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: before })
  expect(restored.status).toBe(200)
  expect(await notes()).toEqual([{ note: 'owes two' }])
  const alice = server.sandbox(sandbox.name).directory.findUser('alice')
  if (alice === undefined) throw new Error('alice is missing')
  sandbox.directory.deleteUser(alice)
  expect(await notes()).toEqual([])
})
