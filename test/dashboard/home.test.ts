import { describe, expect, test } from 'vitest'
import { readDeclarations } from '../../src/config/declarations.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { guideExample } from '../support/declared.ts'
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
    expect(Object.keys(groups)).toEqual(['built-in', 'vendors'])
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
    expect(groups.unnamed).toMatch(new RegExp(`^Made by tests 1 .*${name}$`))
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
