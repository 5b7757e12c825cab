import { describe, expect, test } from 'vitest'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { hardWay } from '../support/dashboard-flow.ts'
import { findFluffy, freshCode, passwordTokens, postmanCallback, postToken, signInByForm } from '../support/iokids-client.ts'
import { addApp, addClient, addUser } from '../support/iokids-setup.ts'
import { start, startForFile, type TestServer } from '../support/server.ts'

/** The dashboard's pages and forms as they are without scripts. */

const base = '/dashboard/iokids'
const fluffy = `${base}/apps/app_findfluffy000000`

async function open(options = {}): Promise<{ server: TestServer; browser: DashboardClient }> {
  const server = await start(options)
  return { server, browser: new DashboardClient(server.url) }
}

const shared = await startForFile()
const reader = new DashboardClient(shared.url)

test('the first page lists the sandboxes, the default one first, with company, provider and address', async () => {
  const { html } = await reader.get('/dashboard')
  const text = textOf(html).replace(/^.* In use /, 'In use ')
  expect(text.indexOf('iokids default')).toBeGreaterThan(0)
  expect(text.indexOf('iokids default')).toBeLessThan(text.indexOf('standard'))
  expect(text).toContain(`Find Fluffy, LLC · speaks as iOKids ${shared.url} 6 users · 1 client`)
  expect(html).toContain('href="/dashboard/standard/apps"')
})

test('whoever opens the address of a sandbox in a browser is led to its dashboard', async () => {
  const { status, html } = await reader.get('/', { accept: 'text/html' })
  expect(status).toBe(404)
  const [, href = ''] = /<a href="([^"]+)">To the dashboard of this sandbox</.exec(html) ?? []
  expect((await reader.get(href)).location).toBe(`${base}/apps`)
})

test("the frame is the vendor's: top bar, left menu, signed-in developer", async () => {
  const { html } = await reader.get(`${base}/apps`)
  expect(textOf(html)).toMatch(/iOKids ® Help & Support API Documentation .*developer@findfluffy\.local/)
  const entries = [...html.matchAll(/<li><a href="\/dashboard\/iokids\/[a-z]+"( aria-current="page")?>[\s\S]*?<span>(\w+)<\/span>/g)].map(
    ([, current, name]) => (current === undefined ? name : `(${name})`),
  )
  expect(entries).toEqual([
    'Brands',
    '(Apps)',
    'Sandbox',
    'Analytics',
    'Requests',
    'Flows',
    'Grants',
    'Faults',
    'Time',
    'Exam',
    'Approvals',
    'Keys',
    'Settings',
  ])
})

test('each entry of the menu leads to its page, and marks itself there', async () => {
  for (const name of ['iokids', 'auth0', 'keycloak']) {
    const { html } = await reader.get(`/dashboard/${name}/apps`)
    const paths = [...html.matchAll(/<li><a href="(\/dashboard\/[a-z0-9]+\/[a-z]+)"/g)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(7)
    for (const path of paths) {
      const page = await reader.get(path)
      expect(page.status, path).toBe(200)
      expect(page.html).toContain(`<li><a href="${path}" aria-current="page"`)
    }
  }
})

test.each([['standard'], ['wildix'], ['socialid'], ['deyel'], ['gateway']])(
  'the sandbox of %s has the same pages without what its vendor does not have',
  async (name) => {
    const { html, status } = await reader.get(`/dashboard/${name}/apps`)
    expect(status).toBe(200)
    expect(html).not.toMatch(/Brands|Mobile Store Links/)
    expect((await reader.get(`/dashboard/${name}/brands`)).status).toBe(404)
    const users = await reader.get(`/dashboard/${name}/sandbox`)
    expect(users.status).toBe(200)
    expect(users.html).not.toMatch(/Kid|Friends With|\/pictures\//)
    for (const page of ['analytics', 'requests', 'flows', 'grants', 'tokens', 'keys', 'settings', 'docs', 'help']) {
      expect((await reader.get(`/dashboard/${name}/${page}`)).status, page).toBe(200)
    }
  },
)

test('a sandbox that is not there is answered with 404 and the names of those that are', async () => {
  const { status, html } = await reader.get('/dashboard/nobody/apps')
  expect(status).toBe(404)
  expect(textOf(html)).toContain("There is no sandbox 'nobody'")
  expect(textOf(html)).toContain('There are: ')
})

describe('apps', () => {
  test("the card has the vendor's words, and the secret where a click shows it", async () => {
    const { html } = await reader.get(`${base}/apps`)
    expect(textOf(html)).toContain('This app is in the iOKids Sandbox environment. It can only interact with test data.')
    for (const words of [
      'Edit App',
      'Delete App',
      'Client IDs & Secrets',
      'Permission Scopes',
      'Registered Redirect URIs',
      'Mobile Store Links',
      'Generate Client ID',
      '+ Add Redirect URI',
    ]) {
      expect(textOf(html), words).toContain(words)
    }
    expect(html).toMatch(/<details class="secret"><summary[^>]*>Show Secret<\/summary><code[^>]*>iok-cse-findfluffy<\/code>/)
  })

  test('an app is created with its first client, its scopes and its redirect URIs', async () => {
    const { server, browser } = await open()
    const answer = await browser.post(`${base}/apps`, {
      name: 'FindWhiskers',
      description: 'Whiskers.',
      redirect_uris: `${postmanCallback}\r\nmyapp:/callback\r\n`,
      scope: ['profile', 'friends'],
      grant_type: ['authorization_code', 'refresh_token'],
      auth_method: 'none',
      brand: '',
    })
    expect(answer.status).toBe(303)
    expect(textOf((await browser.get(answer.location)).html)).toContain('The app was created, with its first client.')
    const app = server
      .sandbox()
      .directory.listApps()
      .find(({ name }) => name === 'FindWhiskers')
    expect(app).toMatchObject({ redirect_uris: [postmanCallback, 'myapp:/callback'], scopes: ['profile', 'friends'] })
    const [client] = server.sandbox().directory.listClients(app)
    expect(client).toMatchObject({
      client_secret: null,
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    })
    expect(client?.client_id).toMatch(/^iok-cid-[a-z0-9]{24}$/)
  })

  test('a form with mistakes comes back with what was typed and the rule beside the field', async () => {
    const { server, browser } = await open()
    const { status, html } = await browser.post(`${base}/apps`, {
      name: 'FindFluffy',
      description: 'kept',
      redirect_uris: 'https://a.test/#x',
      scope: ['kids'],
    })
    expect(status).toBe(400)
    expect(html).toMatch(/aria-describedby="name-error" aria-invalid="true"/)
    expect(textOf(html)).toContain('There is an app named FindFluffy already.')
    expect(textOf(html)).toContain('https://a.test/#x: A redirect URI has no fragment (RFC 6749 §3.1.2)')
    expect(html).toContain('>kept</textarea>')
    expect([...html.matchAll(/name="scope" value="(\w+)" checked/g)].map(([, scope]) => scope)).toEqual(['kids'])
    expect(server.sandbox().directory.listApps()).toHaveLength(1)
  })

  test.each([
    ['no grant type', { auth_method: 'none' }, 'grant_types must be a list of texts, with at least one'],
    ['a grant type that is not served', { auth_method: 'none', grant_type: ['magic'] }, 'grant_types is "magic", which is not supported'],
    ['a method that nobody knows', { auth_method: 'magic', grant_type: ['password'] }, 'token_endpoint_auth_method is "magic"'],
    ['client_credentials without a secret', { auth_method: 'none', grant_type: ['client_credentials'] }, 'asks for a client that can'],
  ])('an app whose client has %s comes back with the rule (RFC 7591 §2)', async (_about, fields, rule) => {
    const { server, browser } = await open()
    const { status, html } = await browser.post(`${base}/apps`, { name: 'New', redirect_uris: '', ...fields })
    expect([status, html.match(/<p class="wrong"/g)?.length]).toEqual([400, 1])
    expect(textOf(html)).toContain(rule)
    expect(server.sandbox().directory.listApps()).toHaveLength(1)
  })

  test('a further client has a method that the provider takes', async () => {
    const { server, browser } = await open()
    expect((await browser.post(`${fluffy}/clients`, { auth_method: 'magic' })).status).toBe(400)
    expect(server.sandbox().directory.listClients()).toHaveLength(1)
  })

  test('editing renames an app and gives it to a brand', async () => {
    const { browser } = await open()
    await browser.post(`${base}/brands`, { name: 'Whisker & Sons' })
    const { html } = await browser.submit(`${fluffy}/edit`, { name: 'FoundFluffy', description: 'Found.', brand: 'Whisker & Sons' })
    expect(textOf(html)).toContain('FoundFluffy Found. Whisker & Sons · 6 users')
    const brands = textOf((await browser.get(`${base}/brands`)).html)
    expect(brands).toContain('The company itself No apps')
    expect(brands).toContain('Whisker & Sons FoundFluffy')
  })

  test('deleting an app is asked about first, and its tokens are refused then', async () => {
    const { server, browser } = await open()
    const { access_token } = await passwordTokens(server.url)
    expect(textOf((await browser.get(`${fluffy}/delete`)).html)).toContain('Delete FindFluffy?')
    const me = () => fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${access_token}` } })
    expect((await me()).status).toBe(200)
    expect((await browser.submit(`${fluffy}/delete`)).html).toContain('No apps yet')
    expect(await (await me()).json()).toMatchObject({ error_code: 4011 })
  })

  test('a client id is generated, works, and is unknown once it is deleted', async () => {
    const { server, browser } = await open()
    await browser.post(`${fluffy}/clients`, { auth_method: 'client_secret_post' })
    const [, client] = server.sandbox().directory.listClients()
    const { client_id = '', client_secret = '' } = client ?? {}
    const ask = () => postToken(server.url, { grant_type: 'client_credentials', client_id, client_secret: client_secret ?? '' })
    expect((await ask()).status).toBe(200)
    expect(textOf((await browser.get(`${fluffy}/clients/${client_id}/delete`)).html)).toContain(client_id)
    await browser.post(`${fluffy}/clients/${client_id}/delete`)
    expect((await ask()).body).toMatchObject({ error: 'invalid_client' })
  })

  test.each([
    ['', 'A redirect URI cannot be empty'],
    ['https://a.test/#here', 'A redirect URI has no fragment (RFC 6749 §3.1.2)'],
    ['javascript:alert(1)', 'The scheme javascript: cannot be redirected to'],
    ['/relative', 'A redirect URI is absolute: it starts with a scheme, as https: or myapp:'],
    [postmanCallback, 'This redirect URI is registered already'],
  ])('the redirect URI %j is refused with the rule beside the field', async (uri, rule) => {
    const { status, html } = await reader.post(`${fluffy}/redirect-uris`, { uri })
    expect(status).toBe(400)
    expect(html).toMatch(/<p class="wrong" id="uri-app_findfluffy000000-error">/)
    expect(textOf(html)).toContain(rule)
    expect(html).toContain(`value="${uri}"`)
  })

  test('a redirect URI is added and taken away', async () => {
    const { server, browser } = await open()
    const registered = () => server.sandbox().directory.findApp('app_findfluffy000000')?.redirect_uris
    await browser.post(`${fluffy}/redirect-uris`, { uri: 'fluffy-app://back' })
    expect(registered()).toContain('fluffy-app://back')
    await browser.post(`${fluffy}/redirect-uris`, { remove: 'fluffy-app://back' })
    expect(registered()).not.toContain('fluffy-app://back')
  })

  test('permission scopes decide what the app may do', async () => {
    const { server, browser } = await open()
    const { access_token } = await passwordTokens(server.url)
    await browser.post(`${fluffy}/scopes`, { scope: ['profile', 'no-such-scope'] })
    const call = (path: string) => fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${access_token}` } })
    expect((await call('/v1/me')).status).toBe(200)
    expect((await call('/v1/me/friends')).status).toBe(401)
    expect(server.sandbox().directory.findApp('app_findfluffy000000')?.scopes).toEqual(['profile'])
  })

  test('an app takes scopes of its own, and what is no scope comes back', async () => {
    const { server, browser } = await open()
    const scopes = () => server.sandbox().directory.findApp('app_findfluffy000000')?.scopes
    await browser.post(`${fluffy}/scopes`, { scope: 'profile', own_scopes: ' groups  api://orders/.default groups ' })
    expect(scopes()).toEqual(['profile', 'groups', 'api://orders/.default'])
    expect((await browser.get(fluffy)).html).toContain('value="api://orders/.default" checked')
    await browser.post(`${fluffy}/scopes`, { scope: ['profile', 'groups'], own_scopes: '' })
    expect(scopes()).toEqual(['profile', 'groups'])
    const { status, html } = await browser.post(`${fluffy}/scopes`, { scope: 'profile', own_scopes: 'say"cheese' })
    expect([status, scopes()]).toEqual([400, ['profile', 'groups']])
    expect(textOf(html)).toContain('say"cheese: a scope is printable ASCII')
    await browser.post(`${base}/apps`, { name: 'Mine', scope: 'profile', own_scopes: 'mcp:tools', grant_type: 'client_credentials' })
    const mine = server
      .sandbox()
      .directory.listApps()
      .find(({ name }) => name === 'Mine')
    expect(mine?.scopes).toEqual(['profile', 'mcp:tools'])
    const refused = await browser.post(`${base}/apps`, { name: 'Yours', own_scopes: 'ümlaut', grant_type: 'client_credentials' })
    expect([refused.status, textOf(refused.html)]).toEqual([400, expect.stringContaining('ümlaut: a scope is printable ASCII')])
  })

  test('a store link is a web address', async () => {
    const { server, browser } = await open()
    const refused = await browser.post(`${fluffy}/stores`, { apple: 'javascript:alert(1)', google: 'https://play.example/fluffy' })
    expect(refused.status).toBe(400)
    expect(textOf(refused.html)).toContain('A link starts with https:// and has no blanks.')
    await browser.post(`${fluffy}/stores`, { apple: '', google: 'https://play.example/fluffy' })
    expect(server.sandbox().directory.findApp('app_findfluffy000000')?.mobile_store_links).toEqual({
      google: 'https://play.example/fluffy',
    })
  })

  test("Use it has the client's own values in curl, Postman, JavaScript and Python", async () => {
    const { html } = await reader.get(`${fluffy}/clients/iok-cid-findfluffy`)
    const text = textOf(html)
    expect(text).toContain(
      `curl '${shared.url}/oauth/token' \\ --data-urlencode 'grant_type=authorization_code' --data-urlencode 'code=CODE'`.replace(
        " --data-urlencode 'code",
        " \\ --data-urlencode 'code",
      ),
    )
    expect(text).toContain(`Auth URL ${shared.url}/oauth/signin`)
    expect(text).toContain(`const answer = await fetch("${shared.url}/oauth/token"`)
    expect(text).toContain(`answer = requests.post( "${shared.url}/oauth/token"`)
    expect(text.match(/iok-cse-findfluffy/g)?.length).toBeGreaterThanOrEqual(4)
  })
})

describe('users', () => {
  test("a card has the vendor's rows in the vendor's order", async () => {
    const { html } = await reader.get(`${base}/sandbox`)
    const text = textOf(html)
    expect(text).toContain('Find Fluffy, LLC Sandbox Apps')
    expect(text).toContain(
      'brandon ramos @beautifulmeercat246 Type: Parent Email: brandon.ramos@example.com Age: 38 Created: 1/2/2018, 2:34 PM Password: Find Fluffy, LLC ' +
        'Friends With: @organicladybug833 @redbutterfly267 Apps: FindFluffy',
    )
    expect(html).not.toContain('\u202f')
    expect(text).toMatch(
      /\+ Add ▾ to beautifulmeercat246 Friend of beautifulmeercat246 App of beautifulmeercat246 Kid of beautifulmeercat246 Edit beautifulmeercat246 Delete beautifulmeercat246 Sign in as/,
    )
  })

  test('a picture is drawn for each, and kept by the browser', async () => {
    const { html } = await reader.get(`${base}/sandbox`)
    const [, path = ''] = /<img class="face" src="([^"]+)"/.exec(html) ?? []
    const picture = await reader.get(path)
    expect(picture.headers['content-type']).toBe('image/svg+xml')
    expect(picture.headers['cache-control']).toContain('max-age=')
    expect(picture.html).toMatch(/^<svg/)
    expect((await reader.get(path)).html).toBe(picture.html)
  })

  test.each([
    ['beautiful', ['beautifulmeercat246']],
    ['@Beautiful', ['beautifulmeercat246']],
    ['ramos', ['beautifulmeercat246', 'tinyotter512']],
    ['%', []],
    ['nobody', []],
  ])('a search for %j finds %j', async (q, found) => {
    const { html } = await reader.get(`${base}/sandbox?q=${encodeURIComponent(q)}`)
    expect([...html.matchAll(/<article class="panel person" id="([^"]+)"/g)].map(([, username]) => username)).toEqual(found)
    if (found.length === 0) expect(html).toContain('Nobody is found')
  })

  test('sign in as leads to the sign-in page of an app, with the username filled in', async () => {
    const { html } = await reader.get(`${base}/sandbox`)
    const [, link = ''] = /href="([^"]+login_hint=beautifulmeercat246[^"]*)"/.exec(html) ?? []
    const page = await (await fetch(link.replaceAll('&amp;', '&'))).text()
    expect(page).toContain('<title>iOKids Login</title>')
    expect(page).toContain('value="beautifulmeercat246"')
  })

  test('a user is made, changed, tied and deleted', async () => {
    const { server, browser } = await open()
    const { directory } = server.sandbox()
    await browser.post(`${base}/sandbox/users`, {
      username: '@ann.b',
      first_name: 'ann',
      last_name: 'b',
      email: 'ann@example.com',
      type: 'parent',
      age: '40',
      password: ' x ',
      app: ['app_findfluffy000000'],
    })
    const ann = directory.findUser('ann.b')
    expect(ann).toMatchObject({ first_name: 'ann', type: 'parent', age: 40, password: ' x ' })
    const path = `${base}/sandbox/users/ann.b`
    expect(textOf((await browser.submit(`${path}/add/friend`, { friend: '@BeautifulMeercat246' })).html)).toContain(
      'Friends With: @beautifulmeercat246',
    )
    await browser.post(`${path}/add/kid`, { username: '', first_name: 'bo', last_name: 'b', age: '7' })
    const kids = ann === undefined ? [] : directory.kidsOf(ann)
    expect(kids).toMatchObject([{ first_name: 'bo', type: 'kid', age: 7 }])
    await browser.post(`${path}/remove`, { friend: 'beautifulmeercat246' })
    expect(ann && directory.friendsOf(ann)).toEqual([])
    await browser.post(`${path}/edit`, {
      username: 'ann.c',
      first_name: 'ann',
      last_name: 'c',
      email: '',
      type: 'parent',
      age: '',
      password: '',
      claims: '{"nickname":"A"}',
      disabled: 'yes',
    })
    expect(directory.findUser('ann.c')).toMatchObject({
      user_id: ann?.user_id,
      email: null,
      age: null,
      password: null,
      claims: { nickname: 'A' },
      disabled: true,
    })
    expect(textOf((await browser.get(`${base}/sandbox/users/ann.c/delete`)).html)).toContain('Delete @ann.c?')
    await browser.post(`${base}/sandbox/users/ann.c/delete`)
    expect(directory.findUser('ann.c')).toBeUndefined()
  })

  test.each<[Record<string, string>, string]>([
    [{ username: 'beautifulmeercat246' }, '@beautifulmeercat246 is taken.'],
    [{ username: 'a b' }, 'A username has at most 200 characters, no blank and no slash.'],
    [{ email: 'nowhere' }, 'This is no e-mail address.'],
    [{ age: '-1' }, 'An age is a number from 0 to 150.'],
    [{ type: 'robot' }, 'A user is a parent or a kid.'],
    [{ claims: '[1]' }, 'Claims are a JSON object'],
  ])('a new user with %j is refused with the rule beside the field', async (wrong, rule) => {
    const before = shared.sandbox().directory.countUsers()
    const { status, html } = await reader.post(`${base}/sandbox/users`, { username: 'new', type: 'parent', ...wrong })
    expect(status).toBe(400)
    expect(textOf(html)).toContain(rule)
    expect(shared.sandbox().directory.countUsers()).toBe(before)
  })

  test.each([
    ['nobody', 'There is no user @nobody.'],
    ['beautifulmeercat24', 'Did you mean @beautifulmeercat246?'],
    ['tinyotter512', 'Parents are friends with parents and kids with kids'],
    ['organicladybug833', 'cannot be a friend of its own'],
  ])('@organicladybug833 cannot be made a friend of %s', async (friend, why) => {
    const { status, html } = await reader.post(`${base}/sandbox/users/organicladybug833/add/friend`, { friend })
    expect(status).toBe(400)
    expect(textOf(html)).toContain(why)
  })

  test('a user who removes the app has its tokens refused with 4011', async () => {
    const { server, browser } = await open()
    const { access_token } = await passwordTokens(server.url)
    await browser.post(`${base}/sandbox/users/beautifulmeercat246/remove`, { app: 'app_findfluffy000000' })
    const answer = await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${access_token}` } })
    expect(await answer.json()).toMatchObject({ error_code: 4011 })
    await browser.post(`${base}/sandbox/users/beautifulmeercat246/add/app`, { app: 'app_findfluffy000000' })
    expect((await passwordTokens(server.url)).access_token).toBeDefined()
  })

  test('a few users are generated at once, and the list begins with them', async () => {
    const { server, browser } = await open()
    const answer = await browser.post(`${base}/sandbox/generate`, { type: 'family', count: '9' })
    expect(answer.location).toBe(`${base}/sandbox?notice=users-generated&n=36`)
    const again = await browser.post(`${base}/sandbox/generate`, { type: 'parent', count: '1' })
    expect(again.location).toBe(`${base}/sandbox?page=2&notice=users-generated&n=1`)
    const page = await browser.get(again.location)
    expect(textOf(page.html)).toContain('One user was generated.')
    expect(textOf(page.html)).toContain('Page 2 of 2')
    expect(server.sandbox().directory.countUsers()).toBe(6 + 36 + 1)
  })

  test('thousands are generated in the background, with a page that shows how far it is', async () => {
    const { server, browser } = await open()
    const begun = await browser.post(`${base}/sandbox/generate`, { type: 'family', count: '1250' })
    expect(begun.status).toBe(303)
    const progress = await browser.get(begun.location)
    expect(progress.html).toContain('<meta http-equiv="refresh" content="1">')
    expect(progress.html).toMatch(/<progress id="progress" value="\d+" max="5000">/)
    await expect.poll(async () => (await browser.get(begun.location)).status, { timeout: 20_000, interval: 200 }).toBe(303)
    const done = await browser.get(begun.location)
    expect(done.location).toBe(`${base}/sandbox?notice=users-generated&n=5000`)
    const { directory } = server.sandbox()
    expect(directory.countUsers()).toBe(5006)
    const kid = directory.listUsers({ limit: 5006 }).findLast((user) => user.type === 'kid')
    expect(kid && directory.parentsOf(kid)).toHaveLength(2)
    expect(textOf((await browser.get(`${base}/sandbox?page=209`)).html)).toContain('4,993–5,006 of 5,006')
  })

  test.each(['0', '10001', 'many', ''])('%j is no number of users to generate', async (count) => {
    expect((await reader.post(`${base}/sandbox/generate`, { count })).status).toBe(400)
  })
})

describe('requests', () => {
  test('are listed newest first, each with answer, explanation and decoded tokens, and no secret in it', async () => {
    const { server, browser } = await open()
    const { secrets } = await hardWay(server)
    const { html } = await browser.get(`${base}/requests`)
    const text = textOf(html)
    expect(text.indexOf('invalid_grant')).toBeLessThan(text.indexOf('GET /oauth/signin'))
    expect(text).toContain('refresh_token was used after its time: its successor was used already')
    expect(text).toContain('{"alg":"HS256","typ":"JWT"}')
    expect(text).toMatch(/username beautifulmeercat246/)
    expect(text).toMatch(/exp \d+ 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, \d+ seconds? ago|exp \d+ .*in 29 days/)
    for (const secret of secrets) expect(html).not.toContain(secret)
    server.server.sandboxes.update(server.sandbox(), { settings: { show_secrets: true } })
    expect((await browser.get(`${base}/requests`)).html).toContain(secrets[1])
  })

  test('are narrowed by endpoint and to errors, and paged', async () => {
    const { server, browser } = await open()
    await hardWay(server)
    const rows = (html: string) =>
      [...html.matchAll(/<span class="what"><b>(\w+)<\/b> (\S+)<\/span>/g)].map(([, method, path]) => `${method} ${path}`)
    expect(new Set(rows((await browser.get(`${base}/requests?endpoint=token`)).html))).toEqual(new Set(['POST /oauth/token']))
    expect(rows((await browser.get(`${base}/requests?errors=on`)).html)).toEqual(['GET /v1/me', 'POST /oauth/token', 'GET /v1/me'])
    for (let i = 0; i < 60; i++) await fetch(`${server.url}/v1/me`)
    const first = await browser.get(`${base}/requests`)
    expect(rows(first.html)).toHaveLength(50)
    const [, older = ''] = /href="([^"]+)">Older</.exec(first.html) ?? []
    expect(rows((await browser.get(older.replaceAll('&amp;', '&'))).html)).toHaveLength(21)
  })

  test('tell what of one had no effect', async () => {
    const { server, browser } = await open()
    await fetch(`${server.url}/v1/me`)
    const [entry] = server.sandbox().journal.list()
    Object.assign(entry ?? {}, { notes: ['<display> had no effect'] })
    expect(textOf((await browser.get(`${base}/requests/${entry?.id}`)).html)).toContain('Note: <display> had no effect')
  })

  test('one has a page of its own, and 404 once the journal was emptied', async () => {
    const { server, browser } = await open()
    await fetch(`${server.url}/v1/me`)
    const id = server.sandbox().journal.list().at(-1)?.id
    expect(textOf((await browser.get(`${base}/requests/${id}`)).html)).toContain('GET /v1/me')
    expect(textOf((await browser.submit(`${base}/requests/forget`)).html)).toContain('No requests yet')
    expect((await browser.get(`${base}/requests/${id}`)).status).toBe(404)
  })

  test('come to an open page without secrets once these are no longer to be shown', async () => {
    const { server } = await open()
    const { sandboxes } = server.server
    sandboxes.update(server.sandbox(), { settings: { show_secrets: true } })
    const stream = await fetch(`${server.url}${base}/requests/stream?after=0`)
    const chunks = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const ask = async (password: string) => {
      text = ''
      await postToken(server.url, { grant_type: 'password', ...findFluffy, username: 'x', password })
      while (!text.includes('</details></li>')) text += (await chunks?.read())?.value ?? ''
    }
    await ask('a-secret')
    expect(text).toContain('a-secret')
    sandboxes.update(server.sandbox(), { settings: { show_secrets: false } })
    await ask('another-secret')
    expect(text).not.toContain('another-secret')
    await chunks?.cancel()
  })

  test('come to an open page as events with the rows that a reload would draw', async () => {
    const { server } = await open()
    const stream = await fetch(`${server.url}${base}/requests/stream?after=0&errors=on`)
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    const chunks = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    await postToken(server.url, { grant_type: 'password', ...findFluffy, username: '<b>x</b>', password: 'y' })
    let text = ''
    while (!text.includes('</details></li>')) text += (await chunks?.read())?.value ?? ''
    await chunks?.cancel()
    expect(text).toMatch(/id: \d+\nevent: row\ndata: <li id="request-\d+"><details class="request">/)
    expect(text).toContain('&lt;b&gt;x&lt;/b&gt;')
    expect(text).not.toContain('<b>x</b>')
  })
})

describe('flows', () => {
  test('group the sign-in, the code, the calls and the refreshes of a grant, and tell why it ended', async () => {
    const { server, browser } = await open()
    await hardWay(server)
    const list = await browser.get(`${base}/flows`)
    expect([...list.html.matchAll(/class="cover-link" href="([^"]+)"/g)].map(([, href]) => href)).toEqual([`${base}/flows/grant-1`])
    const { html } = await browser.get(`${base}/flows/grant-1`)
    const text = textOf(html)
    expect(text).toMatch(/Authorization code revoked FindFluffy · iok-cid-findfluffy · @beautifulmeercat246 · scope profile/)
    expect(text).toMatch(/Why: Revoked at .*: a refresh token was used after its time\./)
    const steps = [
      ...html.matchAll(/<li(?: class="is-bad")?><span class="when">[\d:]+<\/span> <a[^>]*>([^<]+)<\/a> <span class="gets">→ ([^<]*)/g),
    ]
    expect(steps.map(([, asks, gets]) => `${asks} → ${gets}`)).toEqual([
      'Browser: Wants to sign in: profile → page “Sign In”',
      'Browser: Signs in as @beautifulmeercat246 → page “Continue to use the App”',
      'Browser: Allows it → code, state',
      'Client: Redeems the code → access token, refresh token',
      'Client: GET /v1/me → 200',
      'Client: GET /v1/me/friends → 200',
      'Client: GET /v1/me → 401 invalid_token',
      'Client: Refreshes → access token, refresh token',
      'Client: Refreshes → access token, refresh token',
      'Client: Refreshes → invalid_grant',
      'Client: GET /v1/me → 401 invalid_token',
    ])
    expect(html).toMatch(/<g class="arrow is-bad">/)
    const tree = html.slice(html.indexOf('<ul class="tree">'), html.indexOf('Step by step'))
    expect(textOf(tree)).toMatch(
      /^ ?Authorization code redeemed .* Access token revoked .*has expired.* Refresh token used again .* refresh_token was used after its time/,
    )
    expect(tree.match(/<ul class="tree">/g)).toHaveLength(4)
  })

  test('a code that is used twice is red at the root of its tree', async () => {
    const { server, browser } = await open()
    const code = await freshCode(server)
    const redeem = () => postToken(server.url, { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy })
    await redeem()
    await redeem()
    const { html } = await browser.get(`${base}/flows/grant-1`)
    expect(html).toMatch(/<div class="node is-bad"><b>Authorization code<\/b> <span class="chip bad">used again<\/span>/)
    expect(textOf(html)).toContain('Revoked at')
  })

  test('keep two users who sign in at the same time apart, and show who gave up', async () => {
    const { server, browser } = await open()
    const [first, second] = await Promise.all([signInByForm(server), signInByForm(server)])
    for (const back of [second, first]) {
      await postToken(server.url, {
        grant_type: 'authorization_code',
        code: back.searchParams.get('code') ?? '',
        redirect_uri: postmanCallback,
        ...findFluffy,
      })
    }
    await fetch(
      `${server.url}/oauth/signin?response_type=code&client_id=iok-cid-findfluffy&redirect_uri=${encodeURIComponent(postmanCallback)}`,
    )
    const { html } = await browser.get(`${base}/flows`)
    const tracks = [...html.matchAll(/<ol class="track">([\s\S]*?)<\/ol>/g)].map(([, track]) => textOf(track ?? '').trim())
    const whole = 'Wants to sign in Signs in as @beautifulmeercat246 Allows it Redeems the code'
    expect(tracks).toEqual(['Wants to sign in', whole, whole])
    expect(textOf(html)).toContain('Sign-in under way FindFluffy')
  })

  test('a grant is revoked by a button', async () => {
    const { server, browser } = await open()
    const { access_token } = await passwordTokens(server.url)
    const { html } = await browser.submit(`${base}/flows/grant-1/revoke`)
    expect(textOf(html)).toContain('The grant was revoked. Its tokens work no more.')
    expect((await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${access_token}` } })).status).toBe(401)
  })
})

test('analytics count sign-ins, tokens by grant type, API calls, errors and 4011s, also what the journal forgot', async () => {
  const { server, browser } = await open()
  await hardWay(server)
  server.sandbox().journal.clear()
  const { html } = await browser.get(`${base}/analytics`)
  const text = textOf(html)
  expect(text).toMatch(
    /Sign-ins 1 .*Tokens by grant type 3 .*Authorization code 1 Refresh 2 .*API calls 4 .*Errors 3 .*4011s 2 Other errors 1/,
  )
  expect(html).toMatch(/<rect class="series-0" x="[\d.]+" y="[\d.]+" width="[\d.]+" height="[\d.]+">/)
  server.clock.advance(26 * 3600)
  expect(textOf((await browser.get(`${base}/analytics`)).html)).toContain('Nothing was counted in this time')
  expect(textOf((await browser.get(`${base}/analytics?range=week`)).html)).toMatch(/Sign-ins 1 /)
})

test('what is not in the journal any more is said to be one of as many as it keeps', async () => {
  const { browser } = await open({ journalSize: 7 })
  expect(textOf((await browser.get(`${base}/requests/1`)).html)).toContain('it keeps the newest 7.')
})

test('settings change lifetimes and rotation, and reset the sandbox', async () => {
  const { server, browser } = await open()
  const form = {
    company: 'Found & Co',
    access_token_ttl: '2m',
    refresh_token_ttl: '',
    code_ttl: '60s',
    rotation: 'strict',
    strictness: 'vendor',
  }
  expect(textOf((await browser.submit(`${base}/settings`, form)).html)).toContain('The settings were saved.')
  expect(server.sandbox()).toMatchObject({
    company: 'Found & Co',
    settings: { access_token_ttl: 120, rotation: 'strict', refresh_token_ttl: 30 * 86400 },
  })
  const wrong = await browser.post(`${base}/settings`, { ...form, access_token_ttl: 'soon' })
  expect(wrong.status).toBe(400)
  expect(wrong.html).toMatch(/id="access_token_ttl-error">Expected: a duration/)
  await browser.post(`${base}/brands`, { name: 'Gone' })
  await browser.post(`${base}/manage/reset`)
  expect(server.sandbox()).toMatchObject({ company: 'Find Fluffy, LLC', settings: { access_token_ttl: 300 } })
  expect((await browser.get(`${base}/brands`)).html).not.toContain('Gone')
})

test('settings show the vendor’s own, and save only what was changed of them', async () => {
  const { server, browser } = await open()
  const page = '/dashboard/wildix/settings'
  const form = {
    company: 'Wildix PBX',
    access_token_ttl: '1h',
    refresh_token_ttl: '30d',
    code_ttl: '60s',
    rotation: 'strict',
    strictness: 'vendor',
  }
  const { html } = await browser.get(page)
  expect(html).toMatch(/id="personal_token_ttl"[^>]* value="1m"/)
  expect(html).toMatch(/name="personal_token_single_use" value="on" checked/)
  const own = { personal_token_ttl: '1m', personal_token_single_use: 'on', service_token_shape: 'flat' }
  await browser.submit(page, { ...form, ...own })
  expect(server.sandbox('wildix').settings).toMatchObject({ personal_token_ttl: 60, service_token_shape: 'flat' })
  const { settings } = (await (await fetch(`${server.url}/_grantbox/sandboxes/wildix/snapshot`)).json()) as { settings: unknown }
  expect(settings).not.toHaveProperty('personal_token_ttl')
  const wrong = await browser.post(page, { ...form, ...own, personal_token_ttl: 'soon' })
  expect(wrong.html).toMatch(/id="personal_token_ttl-error">Expected: a duration/)
})

test('who is asked elsewhere (CIBA) is answered for under Approvals', async () => {
  const { server, browser } = await open()
  const ask = await fetch(`${server.url}/oauth/bc-authorize`, {
    method: 'POST',
    body: new URLSearchParams({ ...findFluffy, scope: 'profile', login_hint: 'beautifulmeercat246', binding_message: 'W4SCT <b>' }),
  })
  const { auth_req_id } = (await ask.json()) as { auth_req_id: string }
  const { html } = await browser.get(`${base}/approvals`)
  expect(textOf(html)).toContain('FindFluffy asks @beautifulmeercat246 now W4SCT <b> Scope: profile.')
  const [, id = ''] = /name="id" value="([^"]+)"/.exec(html) ?? []
  await browser.post(`${base}/approvals`, { id, decision: 'approve' })
  const tokens = await postToken(server.url, { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id, ...findFluffy })
  expect(tokens.status).toBe(200)
  expect((await browser.post(`${base}/approvals`, { id, decision: 'deny' })).status).toBe(404)
})

test('the documentation has a command for each of the 20 requests, and the files that tools import', async () => {
  const { html } = await reader.get(`${base}/docs`)
  expect(html.match(/<details class="doc">/g)).toHaveLength(20)
  expect(textOf(html)).toContain(`curl '${shared.url}/v1/me' \\ --header 'Authorization: Bearer ACCESS_TOKEN'`)
  const files = [...html.matchAll(/href="([^"]+)" download/g)].map(([, href]) => href ?? '')
  expect(files).toHaveLength(3)
  for (const file of files) {
    const answer = await reader.get(file)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="iokids-/)
  }
})

test('what people type is escaped on every page', async () => {
  const { server, browser } = await open()
  const hostile = `"'><img src=x onerror=alert(1)><script>alert(1)</script>&lt;`
  const sandbox = server.sandbox()
  server.server.sandboxes.update(sandbox, { company: hostile })
  const app = addApp(sandbox, {
    name: hostile,
    description: hostile,
    redirect_uris: [`https://a.test/?${encodeURIComponent(hostile)}`],
  })
  const client = addClient(sandbox, { client_id: `iok-cid-${hostile}`, client_secret: hostile }, app)
  const user = addUser(sandbox, {
    username: `x${hostile.replaceAll(/[\s/]/g, '')}`,
    first_name: hostile,
    last_name: hostile,
    email: `${hostile}@x`,
    password: hostile,
    apps: [app],
  })
  await browser.post(`${base}/brands`, { name: hostile })
  await fetch(`${server.url}/oauth/signin?client_id=${encodeURIComponent(hostile)}&state=${encodeURIComponent(hostile)}`, {
    headers: { 'user-agent': hostile },
  })
  await postToken(server.url, { grant_type: hostile, client_id: hostile, refresh_token: hostile })
  await postToken(server.url, {
    grant_type: 'password',
    client_id: client.client_id,
    client_secret: hostile,
    username: user.username,
    password: hostile,
  })
  const appPath = `${base}/apps/${app.app_id}`
  const userPath = `${base}/sandbox/users/${encodeURIComponent(user.username)}`
  const [, , refused] = sandbox.journal.list()
  const pages = [
    '/dashboard',
    `${base}/brands`,
    `${base}/apps`,
    `${base}/apps/new`,
    appPath,
    `${appPath}/edit`,
    `${appPath}/delete`,
    `${appPath}/clients/${encodeURIComponent(client.client_id)}`,
    `${appPath}/clients/${encodeURIComponent(client.client_id)}/delete`,
    `${base}/sandbox`,
    `${base}/sandbox?q=${encodeURIComponent(hostile)}`,
    userPath,
    `${userPath}/edit`,
    `${userPath}/delete`,
    `${userPath}/add/friend`,
    `${userPath}/add/app`,
    `${userPath}/add/kid`,
    `${base}/analytics`,
    `${base}/requests`,
    `${base}/requests/${refused?.id}`,
    `${base}/flows`,
    `${base}/flows/grant-1`,
    `${base}/settings`,
    `${base}/help`,
    `${base}/docs`,
    `${base}/callback?code=${encodeURIComponent(hostile)}&state=${encodeURIComponent(hostile)}`,
    `${base}/nothing/${encodeURIComponent(hostile)}`,
    `/dashboard/${encodeURIComponent(hostile)}/apps`,
    `${base}/apps?notice=${encodeURIComponent(hostile)}&n=${encodeURIComponent(hostile)}`,
  ]
  let escaped = 0
  for (const path of pages) {
    const { html } = await browser.get(path)
    expect(html, path).not.toMatch(/<img src=x|<script>alert|\sonerror=alert\(1\)>(?!&lt;)/)
    expect(html, path).not.toMatch(/undefined|\[object|NaN/)
    if (html.includes('&lt;script&gt;alert(1)')) escaped++
  }
  expect(escaped).toBeGreaterThan(20)
})
