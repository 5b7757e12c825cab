import { describe, expect, test } from 'vitest'
import { rules } from '../../src/exam/registry.ts'
import { connectGrantbox, type Sandbox } from '../../src/index.ts'
import { control } from '../support/control-client.ts'
import { DashboardClient, type Form, textOf } from '../support/dashboard-client.ts'
import { startForFile } from '../support/server.ts'
import { json } from '../support/standard-client.ts'
import { authorizeUrl } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const box = await connectGrantbox(server.url)

/** A sandbox whose client sends neither PKCE nor a nonce. */
async function sloppyWorld(): Promise<Sandbox> {
  const world = await box.createSandbox()
  await fetch(authorizeUrl(world.url, { nonce: undefined, state: 's'.repeat(22) }), { redirect: 'manual' })
  return world
}

const idsOf = async (world: Sandbox) => (await world.hints()).map(({ rule }) => rule)
const off = (change: Record<string, string | null>) => ({ hints: { off: change } })

const answered = (world: Sandbox, path: string, method = 'GET', body?: unknown) =>
  control(server, method, `/sandboxes/${world.name}${path}`, body)

describe('a hint is silenced for a client, with a reason that is kept beside it', () => {
  test('and comes back when the reason is taken away', async () => {
    const world = await sloppyWorld()
    expect(await idsOf(world)).toEqual(['request-pkce', 'request-nonce'])
    const client = await world.apps.updateClient('standard-web', off({ 'request-nonce': 'No ID token is read' }))
    expect(client.hints).toEqual({ off: { 'request-nonce': 'No ID token is read' } })
    expect(await idsOf(world)).toEqual(['request-pkce'])
    expect((await answered(world, '/hints')).body).toMatchObject({ silenced: 1, items: [{ rule: 'request-pkce' }] })
    await world.apps.updateClient('standard-web', off({ 'request-pkce': 'The vendor has none' }))
    expect((await answered(world, '/hints')).body).toEqual({ silenced: 2, items: [] })
    const [app] = await world.apps.list()
    expect(app?.clients.find(({ client_id }) => client_id === 'standard-web')?.hints.off).toEqual({
      'request-nonce': 'No ID token is read',
      'request-pkce': 'The vendor has none',
    })
    await world.apps.updateClient('standard-web', off({ 'request-pkce': null }))
    expect(await idsOf(world)).toEqual(['request-pkce'])
  })

  test('for that client alone', async () => {
    const world = await sloppyWorld()
    await world.apps.updateClient('standard-spa', off({ 'request-pkce': 'why not' }))
    expect(await idsOf(world)).toEqual(['request-pkce', 'request-nonce'])
  })

  test('for a client of a realm, which is asked for there', async () => {
    const world = await box.createSandbox({ provider: 'keycloak' })
    const { apps } = await world.spaces.create({ id: 'partners' }).then(() => world.space('partners'))
    const redirect_uri = 'http://127.0.0.1:5555/callback'
    await apps.create({ name: 'mine', client_id: 'mine', redirect_uris: [redirect_uri] })
    const query = new URLSearchParams({ response_type: 'code', client_id: 'mine', redirect_uri, scope: 'openid', state: 's'.repeat(22) })
    await fetch(`${world.url}/realms/partners/protocol/openid-connect/auth?${query}`, { redirect: 'manual' })
    expect(await idsOf(world)).toEqual(['request-pkce', 'request-nonce'])
    const silenced = await apps.updateClient('mine', off({ 'request-pkce': 'a reason', 'request-nonce': 'another' }))
    expect(Object.keys(silenced.hints.off)).toEqual(['request-pkce', 'request-nonce'])
    expect(await idsOf(world)).toEqual([])
  })

  test('a snapshot keeps it, and a client of the same name that is made later has none', async () => {
    const world = await box.createSandbox()
    const app = await world.apps.create({ name: 'mine', client_id: 'mine', redirect_uris: ['http://127.0.0.1/cb'] })
    await world.apps.updateClient('mine', off({ 'request-pkce': 'tried by hand' }))
    const snapshot = await world.snapshot()
    await world.apps.deleteClient('mine')
    const again = await world.apps.addClient(app.id, { client_id: 'mine' })
    expect(again.hints).toEqual({ off: {} })
    await world.restore(snapshot)
    expect((await world.apps.get(app.id)).clients[0]?.hints).toEqual({ off: { 'request-pkce': 'tried by hand' } })
  })

  test('the last line of grantbox run leaves it out too', async () => {
    const { hintsWords } = await import('../../src/cli/run-words.ts')
    const world = await sloppyWorld()
    await world.apps.updateClient('standard-web', off({ 'request-pkce': 'a reason', 'request-nonce': 'another' }))
    expect(hintsWords([server.sandbox(world.name)])).toBe('')
  })

  test('a rule that there is not is refused, with those there are', async () => {
    const world = await sloppyWorld()
    const refused = await answered(world, '/clients/standard-web', 'PATCH', off({ 'request-nonse': 'a reason' }))
    expect(refused).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'hints.off.request-nonse', came: 'a reason', suggestion: 'request-nonce' }] },
    })
    for (const { id } of rules) expect(refused.body.errors[0].expected).toContain(id)
  })

  test.each([[''], ['  '], ['a\nb'], ['x'.repeat(501)], [7]])('a reason that says nothing is refused: %j', async (reason) => {
    const world = await sloppyWorld()
    const refused = await answered(world, '/clients/standard-web', 'PATCH', { hints: { off: { 'request-nonce': reason } } })
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'hints.off.request-nonce'])
    expect(await idsOf(world)).toContain('request-nonce')
  })

  test('nobody is told of it but the developer: a registration shows nothing (RFC 7592 §3)', async () => {
    const world = await box.createSandbox()
    const body = JSON.stringify({ redirect_uris: ['http://127.0.0.1/cb'] })
    const registered = await json(`${world.url}/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const { client_id, registration_client_uri, registration_access_token } = registered.body
    await world.apps.updateClient(String(client_id), off({ 'request-pkce': 'a secret reason' }))
    const read = await fetch(String(registration_client_uri), { headers: { authorization: `Bearer ${registration_access_token}` } })
    expect([read.status, (await read.text()).includes('secret reason')]).toEqual([200, false])
  })
})

describe('the page of an app', () => {
  test('shows what its clients do wrong, silences it with a reason and restores it', async () => {
    const world = await sloppyWorld()
    const [app] = await world.apps.list()
    const path = `/dashboard/${world.name}/apps/${app?.id}`
    const browser = new DashboardClient(server.url)
    const submit = async (form: Form) => {
      const answer = await browser.post(`${path}/hints`, form)
      return answer.status === 303 ? browser.get(answer.location.replace('#hints', '')) : answer
    }
    const before = await browser.get(path)
    expect(before.html).toContain('<summary>Hints <span class="count">2</span></summary>')
    expect(before.html).toContain('<code>request-nonce</code>')
    const about = { client_id: 'standard-web', rule: 'request-nonce' }
    const after = await submit({ ...about, reason: 'No ID token is <read>' })
    expect(await idsOf(world)).toEqual(['request-pkce'])
    expect(after.html).toContain('The hint is silenced for this client.')
    expect(after.html).toContain('<summary>Hints <span class="count">1</span></summary>')
    expect(after.html).toContain('No ID token is &lt;read&gt;')
    const refused = await submit({ ...about, rule: 'request-pkce', reason: ' ' })
    expect([refused.status, textOf(refused.html)]).toEqual([400, expect.stringContaining('A reason is needed.')])
    const restored = await submit({ ...about, restore: 'on' })
    expect(restored.html).toContain('The hint is shown again.')
    expect(await idsOf(world)).toEqual(['request-pkce', 'request-nonce'])
    const unknown = await submit({ ...about, rule: 'nothing', reason: 'x' })
    expect(unknown.status).toBe(404)
  })
})
