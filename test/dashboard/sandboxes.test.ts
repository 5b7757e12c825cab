import { describe, expect, test } from 'vitest'
import { type Answer, control } from '../support/control-client.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { start, startForFile, type TestServer } from '../support/server.ts'

/** Sandboxes as wholes: made, copied, saved, restored, reset and deleted, form by form. */

const shared = await startForFile()

/** A browser with the page that has the first form. */
async function browserAt(path: string, { url }: Pick<TestServer, 'url'> = shared) {
  const browser = new DashboardClient(url)
  const { html } = await browser.get(path)
  return { browser, html }
}

/** What the control API tells. */
async function told(server: Pick<TestServer, 'url'>, method: string, path: string, body?: unknown): Promise<Answer['body']> {
  return (await control(server, method, path, body)).body
}

/** What is said beside a field of a page. */
function wrongBeside(field: string, html: string): string {
  return textOf(new RegExp(`<p class="wrong" id="${field}-error">(.*?)</p>`, 's').exec(html)?.[1] ?? '')
}

/** The file that a sandbox's page gives. */
async function saved(name: string, browser: DashboardClient) {
  return browser.get(`/dashboard/${name}/manage/snapshot`)
}

describe('a new sandbox', () => {
  test('is what the form says, and its dashboard opens', async () => {
    const { browser, html } = await browserAt('/dashboard/-/sandboxes/new?provider=github')
    expect(html).toContain('<option value="github" selected>GitHub</option>')
    const { html: made } = await browser.submit('/dashboard/-/sandboxes/new', {
      provider: 'github',
      name: 'shop',
      company: 'Corner Shop',
      hosts: 'login.shop.example\nLogin2.shop.example',
      port: '',
    })
    expect(textOf(made)).toContain('The sandbox was made.')
    const shop = await told(shared, 'GET', '/sandboxes/shop')
    expect(shop).toMatchObject({ provider: 'github', company: 'Corner Shop', port: null })
    expect(shop.hosts).toEqual(['login.shop.example', 'login2.shop.example'])
    expect((await told(shared, 'GET', '/sandboxes/shop/users')).items).toEqual([])
  })

  test('may have a name that is made up, and the apps and users of the vendor', async () => {
    const { browser } = await browserAt('/dashboard/-/sandboxes/new')
    const { location } = await browser.post('/dashboard/-/sandboxes/new', {
      provider: 'standard',
      name: '',
      company: '',
      hosts: '',
      port: '',
      seed: 'on',
    })
    const [, name = ''] = /^\/dashboard\/(standard-\w{8})\/apps\?notice=sandbox-created$/.exec(location) ?? []
    expect((await told(shared, 'GET', `/sandboxes/${name}/users`)).items).toHaveLength(2)
  })

  test.each([
    ['name', 'Not A Name', 'a name that may be one'],
    ['name', 'iokids', 'one that is free'],
    ['name', 'dashboard', 'begins a path of the default sandbox'],
    ['hosts', 'two words.example/', 'at hosts[1]: a host name without a port'],
    ['port', 'many', 'number'],
    ['port', '70000', 'a number of 65535 or less'],
    ['provider', 'nobody', 'iokids, '],
  ])('is refused beside the field for %s %s', async (field, value, words) => {
    const { browser } = await browserAt('/dashboard/-/sandboxes/new')
    const form = { provider: 'standard', name: 'never-made', company: '', hosts: '', port: '', [field]: value }
    const { status, html } = await browser.post('/dashboard/-/sandboxes/new', form)
    expect(status).toBe(400)
    expect(wrongBeside(field, html)).toContain(words)
    expect(html).toContain('value="standard"')
    expect(shared.server.sandboxes.isThere('never-made')).toBe(false)
  })
})

describe('the sandbox as a whole', () => {
  test('is given hosts, and they are taken away', async () => {
    const { sandboxes } = shared.server
    const { name } = sandboxes.create({ provider: shared.sandbox('standard').provider, name: 'moved' })
    const { browser } = await browserAt(`/dashboard/${name}/manage`)
    expect(textOf((await browser.submit(`/dashboard/${name}/manage`, { hosts: 'a.example b.example', port: '' })).html)).toContain(
      'were saved',
    )
    expect(sandboxes.find(name)?.hosts).toEqual(['a.example', 'b.example'])
    const { html } = await browser.post(`/dashboard/${name}/manage`, { hosts: 'localhost', port: '' })
    expect(wrongBeside('hosts', html)).toContain('a host name without a port')
    await browser.submit(`/dashboard/${name}/manage`, { hosts: '', port: '' })
    expect(sandboxes.find(name)?.hosts).toEqual([])
  })

  test('is copied with all that it has, and what is done to the copy is not done to it', async () => {
    await told(shared, 'POST', '/sandboxes', {
      name: 'model',
      provider: 'standard',
      settings: { access_token_ttl: 77 },
      hosts: ['model.example'],
    })
    await told(shared, 'POST', '/sandboxes/model/users', { username: 'erin', password: 'secret' })
    await told(shared, 'POST', '/sandboxes/model/faults', { endpoint: 'token', status: 500 })
    const { access_token } = await told(shared, 'POST', '/sandboxes/model/tokens', {
      client_id: 'standard-web',
      username: 'erin',
      scope: 'openid',
    })
    const { browser, html } = await browserAt('/dashboard/model/manage')
    expect(html).toContain('value="model-copy"')
    expect(wrongBeside('copy-name', (await browser.post('/dashboard/model/manage/copy', { name: 'model' })).html)).toContain(
      'one that is free',
    )
    expect(textOf((await browser.submit('/dashboard/model/manage/copy', { name: 'double' })).html)).toContain('This is the copy.')
    expect(await told(shared, 'GET', '/sandboxes/double')).toMatchObject({
      provider: 'standard',
      hosts: [],
      settings: { access_token_ttl: 77 },
    })
    expect((await told(shared, 'GET', '/sandboxes/double/faults')).items).toHaveLength(1)
    const userinfo = await fetch(`${shared.url}/double/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
    expect(userinfo.status).toBe(200)
    await told(shared, 'DELETE', '/sandboxes/double/users/erin')
    expect((await told(shared, 'GET', '/sandboxes/model/users')).items).toHaveLength(3)
  })

  test('goes back to the beginning after one question', async () => {
    const { browser } = await browserAt('/dashboard/standard/manage')
    await told(shared, 'POST', '/sandboxes/standard/users', { username: 'passing' })
    expect(textOf((await browser.get('/dashboard/standard/manage/reset')).html)).toContain('Reset standard?')
    expect(textOf((await browser.submit('/dashboard/standard/manage/reset')).html)).toContain('as it was when it was made')
    expect((await told(shared, 'GET', '/sandboxes/standard/users')).items).toHaveLength(2)
  })

  test('is deleted after one question that says what goes with it; the default one stays', async () => {
    await told(shared, 'POST', '/sandboxes', { name: 'brief', provider: 'standard' })
    const { browser } = await browserAt('/dashboard/brief/manage')
    expect(textOf((await browser.get('/dashboard/brief/manage/delete')).html)).toContain('2 users, 3 clients, 0 grants, 0 requests')
    expect(textOf((await browser.submit('/dashboard/brief/manage/delete')).html)).toContain('The sandbox was deleted.')
    expect(shared.server.sandboxes.isThere('brief')).toBe(false)
    expect((await browser.get('/dashboard/iokids/manage')).html).not.toContain('/manage/delete')
    expect((await browser.post('/dashboard/iokids/manage/delete')).status).toBe(409)
  })

  test('is meant by the page of one of its spaces too', async () => {
    await shared.reach('keycloak')
    await told(shared, 'POST', '/sandboxes/keycloak/spaces', { id: 'partners' })
    const { browser, html } = await browserAt('/dashboard/keycloak~partners/manage')
    expect(textOf(html)).toContain('Its realms demo, master, partners')
    await browser.submit('/dashboard/keycloak~partners/manage/copy', { name: 'realms' })
    expect((await told(shared, 'GET', '/sandboxes/realms/spaces')).items).toHaveLength(3)
  })
})

describe('a snapshot', () => {
  test('is a file that says of what and when it was taken, and it comes back after the sandbox was deleted', async () => {
    await told(shared, 'POST', '/sandboxes', { name: 'kept', provider: 'standard' })
    await told(shared, 'POST', '/sandboxes/kept/users', { username: 'ä-user' })
    const { browser } = await browserAt('/dashboard/kept/manage')
    const { headers, html: file } = await saved('kept', browser)
    expect(headers['content-disposition']).toMatch(/^attachment; filename="kept-\d{4}-\d\d-\d\d-\d\d-\d\d\.grantbox\.json"$/)
    expect(JSON.parse(file)).toMatchObject({ format: 'grantbox-snapshot', provider: 'standard' })
    await browser.submit('/dashboard/kept/manage/delete')
    await browser.get('/dashboard/-/restore')
    const { html } = await browser.upload('/dashboard/-/restore', { name: 'kept' }, 'snapshot', file)
    expect(textOf(html)).toContain('as it was when the snapshot was taken')
    const usernames = (await told(shared, 'GET', '/sandboxes/kept/users')).items.map(({ username }: { username: string }) => username)
    expect(usernames).toContain('ä-user')
  })

  test('takes the place of what is in a sandbox, or comes beside it', async () => {
    await told(shared, 'POST', '/sandboxes', { name: 'changing', provider: 'standard' })
    const { browser } = await browserAt('/dashboard/changing/manage')
    const { html: file } = await saved('changing', browser)
    await told(shared, 'POST', '/sandboxes/changing/users', { username: 'later' })
    await browser.upload('/dashboard/changing/manage/restore', { where: 'new', name: 'beside' }, 'snapshot', file)
    expect((await told(shared, 'GET', '/sandboxes/changing/users')).items).toHaveLength(3)
    expect((await told(shared, 'GET', '/sandboxes/beside/users')).items).toHaveLength(2)
    await browser.upload('/dashboard/changing/manage/restore', { where: 'here', name: '' }, 'snapshot', file)
    expect((await told(shared, 'GET', '/sandboxes/changing/users')).items).toHaveLength(2)
  })

  test('that does not fit is refused beside its field, in the words of the control API, and nothing is made', async () => {
    const { browser } = await browserAt('/dashboard/standard/manage')
    const good = JSON.parse((await saved('standard', browser)).html)
    const [user] = good.tables.user
    const cases = [
      ['', 'a file that was saved as the snapshot of a sandbox'],
      ['{"format":', 'JSON ('],
      ['{"format": "other"}', 'at snapshot.format:'],
      [JSON.stringify({ ...good, version: 1 }), 'at snapshot.version:'],
      [JSON.stringify({ ...good, provider: 'nobody' }), 'at snapshot.provider:'],
      [JSON.stringify({ ...good, clock: { offset: 9e15, frozen_at: null } }), 'at snapshot.clock:'],
      [
        JSON.stringify({ ...good, tables: { ...good.tables, user: [user, { ...user, id: user.id + 1 }] } }),
        'at snapshot.tables.user[1]: a row that fits',
      ],
    ]
    for (const [file = '', words = ''] of cases) {
      const { status, html } = await browser.upload('/dashboard/-/restore', { name: 'never' }, 'snapshot', file)
      expect(status, words).toBe(400)
      expect(wrongBeside('snapshot', html)).toContain(words)
      expect(shared.server.sandboxes.isThere('never'), words).toBe(false)
    }
    const { html } = await browser.upload('/dashboard/iokids/manage/restore', { where: 'here', name: '' }, 'snapshot', JSON.stringify(good))
    expect(wrongBeside('snapshot', html)).toContain('at snapshot.provider: iokids, as which sandbox iokids speaks')
  })

  test('is read from our own forms alone, and other forms take no files of its size', async () => {
    const { browser } = await browserAt('/dashboard/standard/manage')
    expect((await browser.upload('/dashboard/-/restore', { csrf: 'forged' }, 'snapshot', '{}')).status).toBe(403)
    const big = 'x'.repeat(2 * 1024 * 1024)
    expect((await browser.upload('/dashboard/standard/manage/copy', {}, 'snapshot', big)).status).toBe(413)
    expect((await browser.upload('/dashboard/-/restore', {}, 'snapshot', big)).status).toBe(400)
  })

  test('comes with a port of its own as little as with hosts', async () => {
    const server = await start()
    await told(server, 'POST', '/sandboxes', { name: 'alone', provider: 'standard', port: 0 })
    const { browser, html } = await browserAt('/dashboard/alone/manage', server)
    const { port } = await told(server, 'GET', '/sandboxes/alone')
    expect(html).toContain(`name="port" type="text" value="${port}"`)
    await browser.submit('/dashboard/alone/manage/copy', { name: 'second' })
    expect(await told(server, 'GET', '/sandboxes/second')).toMatchObject({ port: null })
    await browser.submit('/dashboard/alone/manage', { hosts: '', port: '' })
    expect(await told(server, 'GET', '/sandboxes/alone')).toMatchObject({ port: null })
  })
})
