import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readDeclarations } from '../../src/config/declarations.ts'
import { perPage } from '../../src/dashboard/sandboxes/home.ts'
import { countStatements } from '../support/count-statements.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { guideExample } from '../support/declared.ts'
import { findFluffy, passwordTokens, postToken } from '../support/iokids-client.ts'
import { start, type TestServer } from '../support/server.ts'

/** The dashboard's first page: all sandboxes in their groups, and how one is found among them. */

/** The text of each group, by its heading. */
async function groupsOf({ url }: Pick<TestServer, 'url'>, query = ''): Promise<Record<string, string>> {
  const { html, status } = await new DashboardClient(url).get(`/dashboard${query}`)
  expect(status).toBe(200)
  return Object.fromEntries(
    [...html.matchAll(/<section class="group" aria-labelledby="([\w-]+)">(.*?)<\/section>/gs)].map(([, id = '', part = '']) => [
      id,
      textOf(part).trim(),
    ]),
  )
}

/** Makes a sandbox; its name. */
function made({ server }: TestServer, name?: string): string {
  const provider = server.sandboxes.providers.get('standard')
  if (provider === undefined) throw new Error('there is no standard')
  return server.sandboxes.create({ provider, name }).name
}

describe('the groups of sandboxes', () => {
  test('are what is in use and the vendors to choose from, in the order of the alphabet, with address and host', async () => {
    const server = await start()
    const groups = await groupsOf(server)
    expect(Object.keys(groups)).toEqual(['first', 'built-in', 'vendors'])
    expect(groups['built-in']).toMatch(/^In use .*iokids default.*standard/)
    expect(groups.vendors).toMatch(/Amazon Cognito .*Apple .*GitHub .*Google .*Wildix/)
    expect(groups.vendors).toMatch(new RegExp(`Google ${server.url}/google For accounts.google.com and \\d+ more`))
    expect(groups.vendors).toContain(`Keycloak ${server.url}/keycloak Reached by its address alone`)
  })

  test('move a vendor among those in use when its sandbox was opened', async () => {
    const server = await start()
    const { html } = await new DashboardClient(server.url).get('/dashboard')
    expect(html).toContain('href="/dashboard/google/apps"')
    await new DashboardClient(server.url).get('/dashboard/google/apps')
    const groups = await groupsOf(server)
    expect(groups['built-in']).toContain('speaks as Google')
    expect(groups.vendors).not.toContain('Google')
  })

  test('keep apart what somebody named or declared, and what has no name of its own', async () => {
    const { declared } = readDeclarations(
      { providers: { acme: guideExample('own-spaces') }, sandboxes: { 'standard-12345678': { provider: 'standard' } } },
      'file',
    )
    const server = await start({ declared })
    made(server, 'ours')
    const name = made(server)
    const groups = await groupsOf(server)
    expect(groups.own).toMatch(/acme/)
    expect(groups.own).toMatch(/ours/)
    expect(groups.own).toMatch(/standard-12345678/)
    expect(groups.unnamed).toMatch(new RegExp(`^Made by tests 1 .* ${name} 2 users · 3 clients · 0 grants · 0 requests$`))
    expect(groups['built-in']).not.toMatch(/acme|ours|standard-/)
  })

  test('show the newest of many that tests made, and how many there are', async () => {
    const server = await start()
    const names = Array.from({ length: 30 }, () => made(server))
    const { unnamed = '' } = await groupsOf(server)
    expect(unnamed).toContain('Made by tests 30')
    expect(unnamed).toContain(names.at(-1))
    expect(unnamed).not.toContain(names[0])
    expect((await groupsOf(server, `?q=${names[0]}`)).unnamed).toContain(names[0])
    const second = await groupsOf(server, '?tests=2')
    expect(second.unnamed).toContain('Page 2 of 2')
    expect(second.unnamed).toContain(names[0])
    expect(second.unnamed).not.toContain(names.at(-1))
  })

  test('say how much is in each, with what is in its spaces', async () => {
    const server = await start({ made: ['keycloak'] })
    await postToken(server.url, { grant_type: 'client_credentials', ...findFluffy })
    await passwordTokens(server.url)
    const { 'built-in': inUse = '' } = await groupsOf(server)
    expect(inUse).toMatch(/iokids default .* 6 users · 1 client · 2 grants · 2 requests/)
    expect(inUse).toMatch(/speaks as Keycloak \S+ 3 users · 14 clients · 0 grants · 0 requests · 2 realms/)
  })
})

describe('what tests made', () => {
  test('is deleted at once after one question, and nothing that somebody named, however it looks', async () => {
    const server = await start()
    const unnamed = [made(server), made(server)]
    const named = made(server, 'standard-partners')
    await fetch(`${server.url}/_grantbox/sandboxes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"provider": "standard"}',
    })
    const browser = new DashboardClient(server.url)
    const asked = await browser.get('/dashboard/-/sandboxes/delete-unnamed')
    expect(textOf(asked.html)).toContain('Delete all 3 sandboxes that tests made?')
    const { html } = await browser.submit('/dashboard/-/sandboxes/delete-unnamed')
    expect(textOf(html)).toContain('3 sandboxes were deleted.')
    expect(html).not.toContain('Made by tests')
    const again = await fetch(`${server.url}/dashboard/-/sandboxes/delete-unnamed`)
    expect(textOf(await again.text())).toContain('There is none any more that a test made.')
    expect(server.server.sandboxes.names()).toEqual(expect.arrayContaining(['iokids', named]))
    for (const name of unnamed) expect(server.server.sandboxes.names()).not.toContain(name)
    expect((await fetch(`${server.url}/${unnamed[0]}/authorize`)).status).toBe(404)
  })
})

describe('hundreds of sandboxes', () => {
  test('take as many statements and rows as a few do', async () => {
    const server = await start()
    const browser = new DashboardClient(server.url)
    const statements = countStatements()
    const few = await pageOf(30)
    const many = await pageOf(270)
    expect(few.cards).toBe(2 + 2 * perPage)
    expect(many).toEqual(few)
    expect(many.statements).toBeLessThan(20)

    async function pageOf(more: number) {
      for (let number = 0; number < more; number++) made(server, number % 2 === 0 ? undefined : `own-${more}-${number}`)
      for (let number = 0; number < 2 * perPage; number++) made(server, number % 2 === 0 ? undefined : `other-${more}-${number}`)
      // What is opened once stays open.
      await browser.get('/dashboard')
      const before = statements()
      const { html } = await browser.get('/dashboard')
      const [inUse = ''] = html.split('id="vendors"')
      return { cards: inUse.split('sandbox-card').length - 1, statements: statements() - before }
    }
  })
})

describe('the first minute', () => {
  test('tries the sign-in: the callback of the dashboard is registered, and the vendor asks', async () => {
    const server = await start()
    const browser = new DashboardClient(server.url)
    const { html } = await browser.get('/dashboard?for=standard')
    expect(textOf(html)).toMatch(/Try the sign-in .*User alice .*Password password/)
    const { status, location } = await browser.post('/dashboard/-/try', { sandbox: 'standard' })
    expect(status).toBe(303)
    expect(new URL(location).searchParams.get('redirect_uri')).toBe(`${server.url}/dashboard/standard/callback`)
    expect(textOf((await browser.get(location.slice(server.url.length))).html)).toContain('Sign in')
    await browser.post('/dashboard/-/try', { sandbox: 'standard' })
    const again = await browser.get('/dashboard?for=standard')
    expect(again.html).toContain(`href="${location.replaceAll('&', '&amp;')}"`)
    expect(
      server
        .sandbox('standard')
        .directory.listApps()
        .flatMap(({ redirect_uris }) => redirect_uris)
        .filter((uri) => uri.includes('/dashboard/')),
    ).toHaveLength(1)
  })

  test('has the addresses that Postman imports', async () => {
    const { url } = await start()
    const { html } = await new DashboardClient(url).get('/dashboard?for=github')
    for (const name of ['collection', 'environment']) {
      const [, address = ''] = new RegExp(`<code id="first-${name}">([^<]+)<`).exec(html) ?? []
      expect(await (await fetch(address)).json()).toMatchObject(
        name === 'collection' ? { info: { name: 'grantbox GitHub' } } : { _postman_variable_scope: 'environment' },
      )
    }
  })

  test('has a .env with which a client gets a token', async () => {
    const { url } = await start()
    const { html } = await new DashboardClient(url).get('/dashboard?for=standard')
    const [, text = ''] = /<code id="first-env">([^<]+)</.exec(html) ?? []
    const env = parseEnv(text.replaceAll('&quot;', '"'))
    const { issuer } = (await (await fetch(env.OAUTH_DISCOVERY_URL ?? '')).json()) as { issuer: string }
    expect(env.OAUTH_ISSUER).toBe(issuer)
    const answer = await fetch(env.OAUTH_TOKEN_ENDPOINT ?? '', {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${env.OAUTH_CLIENT_ID}:${env.OAUTH_CLIENT_SECRET}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    expect(answer.status).toBe(200)
  })

  test.each(['google', 'slack', 'cognito', 'apple', 'keycloak'])('is there for %s, which nobody asked for before', async (name) => {
    const { url } = await start()
    const { html } = await new DashboardClient(url).get(`/dashboard?for=${name}`)
    expect(html).toContain(`name="sandbox" value="${name}"`)
    expect(parseEnv((/<code id="first-env">([^<]+)</.exec(html) ?? [])[1] ?? '').OAUTH_CLIENT_ID).toBeTruthy()
  })

  test('gives way to what is looked for', async () => {
    expect(Object.keys(await groupsOf(await start(), '?q=iokids'))).toEqual(['built-in'])
  })
})

describe('the search', () => {
  test.each(['Google', 'google', 'oauth2.googleapis.com'])('finds a vendor whose sandbox is not made yet by %s', async (words) => {
    const groups = await groupsOf(await start(), `?q=${words}`)
    expect(Object.keys(groups)).toEqual(['vendors'])
    expect(groups.vendors).toMatch(/^More vendors 1 .*Google/)
  })

  test('finds a sandbox that is there by its company, and by a host of its vendor', async () => {
    const server = await start({ made: ['github'] })
    expect(await groupsOf(server, '?q=find+fluffy')).toEqual({ 'built-in': expect.stringContaining('iokids') })
    expect((await groupsOf(server, '?q=api.github.com'))['built-in']).toContain('speaks as GitHub')
  })

  test('says when nothing is found, and shows what was typed as text', async () => {
    const { url } = await start()
    const { html } = await new DashboardClient(url).get('/dashboard?q=%22%3E%3Cscript%3E')
    expect(textOf(html)).toContain('Nothing is found')
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;"')
  })
})
