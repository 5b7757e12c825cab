import { describe, expect, test } from 'vitest'
import { connectGrantbox } from '../../src/index.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { guideExample, startDeclared } from '../support/declared.ts'
import { callback } from '../support/standard-sign-in.ts'

/** The pages of a sandbox whose vendor has realms: which one they are about stands in the address. */

const here = '/dashboard/acme'
const there = `${here}~partners`
const web = { name: 'Web', client_id: 'web', client_secret: 'secret', redirect_uris: [callback] }

async function open() {
  const server = await startDeclared(guideExample('own-spaces'))
  const sandbox = (await connectGrantbox(server.url)).sandbox('acme')
  await sandbox.spaces.create({ id: 'partners', settings: { access_token_ttl: 77 } })
  const partners = sandbox.space('partners')
  await partners.apps.create(web)
  await partners.users.create({ username: 'erin', password: 'there' })
  const browser = new DashboardClient(server.url)
  await browser.get(`${here}/apps`)
  return { server, sandbox, partners, browser, seen: async (path: string) => textOf((await browser.get(path)).html) }
}

const hrefs = (html: string) => [...html.matchAll(/(?:href|action)="(\/dashboard\/[^"]*)"/g)].map(([, href = '']) => href)

describe('the pages of a space', () => {
  test('show its own apps and users, and every link on them stays in it', async () => {
    const { browser, seen } = await open()
    expect(await seen(`${there}/sandbox`)).toContain('erin')
    expect(await seen(`${here}/sandbox`)).not.toContain('erin')
    for (const page of [
      'apps',
      'sandbox',
      'sandbox/users/erin',
      'flows',
      'grants',
      'tokens',
      'keys',
      'requests',
      'settings',
      'docs',
      'help',
      'analytics',
      'spaces',
    ]) {
      const { status, html } = await browser.get(`${there}/${page}`)
      expect([page, status]).toEqual([page, 200])
      const elsewhere = hrefs(html).filter((href) => href.startsWith(here) && !href.startsWith(`${there}/`))
      expect([page, elsewhere]).toEqual([
        page,
        page === 'spaces' ? [`${here}/apps`, `${here}/spaces/main/delete`, `${here}/spaces/partners/delete`] : [],
      ])
    }
  })

  test('have its addresses in snippets, sign-in links and documentation', async () => {
    const { server, browser, seen } = await open()
    const { html } = await browser.get(`${there}/apps`)
    const use = /href="([^"]+\/clients\/web)"/.exec(html)?.[1] ?? ''
    const snippets = await seen(use)
    expect(snippets).toContain(`${server.url}/realms/partners/token`)
    expect(snippets).not.toContain('/realms/main')
    expect((await browser.get(`${there}/sandbox/users/erin`)).html).toContain(`${server.url}/realms/partners/auth?`)
    const docs = await seen(`${there}/docs`)
    for (const path of ['auth', 'token', 'certs', '.well-known/openid-configuration'])
      expect(docs).toContain(`${server.url}/realms/partners/${path}`)
    expect(docs).not.toContain('/realms/main')
    expect((await fetch(`${server.url}/realms/partners/.well-known/openid-configuration`)).status).toBe(200)
    expect(await seen(`${here}/docs`)).toContain(`${server.url}/realms/main/token`)
  })

  test('change it alone', async () => {
    const { browser, partners, sandbox } = await open()
    const before = await sandbox.users.list()
    const made = await browser.post(`${there}/sandbox/generate`, { count: '2' })
    expect(made.location).toContain(`${there}/sandbox`)
    expect(await partners.users.list()).toHaveLength(3)
    expect(await sandbox.users.list()).toEqual(before)
    await browser.submit(`${there}/sandbox/users/erin/delete`)
    expect((await partners.users.list()).map(({ username }) => username)).not.toContain('erin')
  })

  test('show and change its settings, which follow those of the sandbox', async () => {
    const { browser, sandbox, seen } = await open()
    expect(await seen(`${there}/settings`)).toContain('Realm partners')
    expect((await browser.get(`${there}/settings`)).html).toContain('name="access_token_ttl" type="text" value="77s"')
    expect((await browser.get(`${there}/settings`)).html).not.toContain('name="company"')
    const answer = await browser.post(`${there}/settings`, { access_token_ttl: '5m', code_ttl: '33s' })
    expect([answer.status, answer.location]).toEqual([303, `${there}/settings?notice=settings-saved`])
    expect((await sandbox.spaces.get('partners')).settings).toMatchObject({ access_token_ttl: 300, code_ttl: 33 })
    expect((await sandbox.spaces.get('main')).settings.code_ttl).not.toBe(33)
    await sandbox.update({ settings: { access_token_ttl: 11, strictness: 'rfc' } })
    expect((await browser.get(`${there}/settings`)).html).toContain(
      '<option value="" selected>Default: As the RFCs advise (OAuth 2.1)</option>',
    )
    await browser.post(`${there}/settings`, { access_token_ttl: '' })
    expect((await sandbox.spaces.get('partners')).settings.access_token_ttl).toBe(11)
    const refused = await browser.post(`${there}/settings`, { access_token_ttl: 'soon' })
    expect([refused.status, refused.html.includes('aria-invalid')]).toEqual([400, true])
  })
})

test('flows and counts are those of the space, and requests say theirs', async () => {
  const { browser, server, sandbox, partners, seen } = await open()
  await sandbox.apps.create(web)
  for (const realm of ['main', 'partners', 'partners']) {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'secret' })
    await fetch(`${server.url}/realms/${realm}/token`, { method: 'POST', body })
  }
  await fetch(`${server.url}/realms/strangers/certs`)
  const [grant] = await partners.grants.list()
  const flows = async (base: string) => (await browser.get(`${base}/flows`)).html.match(/[^"]*\/flows\/grant-\d+/g)
  expect(await flows(there)).toEqual([`${there}/flows/grant-${grant?.id}`])
  expect(await flows(here)).toEqual([expect.not.stringContaining(`grant-${grant?.id}`)])
  expect((await browser.get(`${there}/flows/grant-${grant?.id}`)).status).toBe(200)
  expect((await browser.get(`${here}/flows/grant-${grant?.id}`)).status).toBe(404)

  expect(await seen(`${there}/grants`)).toContain('Web works Client credentials')
  for (const [base, status] of [
    [there, 200],
    [here, 404],
  ] as const)
    expect((await browser.get(`${base}/grants/${grant?.id}`)).status).toBe(status)

  const { html } = await browser.get(`${here}/requests`)
  expect(textOf(html)).toMatch(/All realms main \(\d+\) partners \(\d+\)/)
  expect(html).toContain(`${there}/flows/grant-${grant?.id}`)
  const rows = async (query: string) =>
    [...(await browser.get(`${here}/requests?${query}`)).html.matchAll(/<details class="request"/g)].length
  expect([await rows(''), await rows('space=partners'), await rows('space=main')]).toEqual([4, 2, 1])
  expect((await browser.get('/dashboard/standard/requests')).html).not.toContain('name="space"')

  expect(await seen(`${there}/analytics`)).toContain('Tokens by grant type 2 ')
  expect(await seen(`${here}/analytics`)).toContain('Tokens by grant type 1 ')
})

describe('the page of spaces', () => {
  test('has them under the vendor’s word, makes and deletes them', async () => {
    const { browser, seen, sandbox } = await open()
    expect(await seen('/dashboard')).toMatch(/3 users · 4 clients · 0 grants · 0 requests · 2 realms/)
    const first = await browser.get(`${here}/spaces`)
    expect(textOf(first.html)).toMatch(/Realms .*main default .*partners .*1 app, 1 user.*New realm/)
    expect(first.html).toMatch(/<a href="\/dashboard\/acme\/spaces" aria-current="page">[\s\S]*?<span>Realms<\/span>/)
    const made = await browser.submit(`${here}/spaces`, { id: 'späce' })
    expect(textOf(made.html)).toContain('It was created.')
    expect(await seen(`${here}~${encodeURIComponent('späce')}/apps`)).toContain('realm späce')
    for (const [id, problem] of [
      ['partners', 'There is one of that name already.'],
      ['a/b', 'Expected: a name without blanks, slashes and braces.'],
      ['..', 'Expected: a name without blanks, slashes and braces.'],
      ['', 'Expected: a name without blanks, slashes and braces.'],
    ] as const) {
      const refused = await browser.post(`${here}/spaces`, { id })
      expect([id, refused.status, textOf(refused.html).includes(problem)]).toEqual([id, 400, true])
    }
    expect(await seen(`${here}/spaces/partners/delete`)).toMatch(/Delete the realm partners\?.*its user go/)
    const deleted = await browser.submit(`${here}/spaces/partners/delete`)
    expect(textOf(deleted.html)).toContain('It was deleted with all that belonged to it.')
    expect((await sandbox.spaces.list()).map(({ id }) => id)).toEqual(['main', 'späce'])
    const gone = await browser.get(`${there}/apps`)
    expect([gone.status, textOf(gone.html)]).toEqual([404, expect.stringContaining("There is no realm 'partners'")])
    expect(hrefs(gone.html)).toContain(`${here}/apps`)
  })

  test('says what to do when the sandbox’s own was deleted', async () => {
    const { browser, seen } = await open()
    await browser.submit(`${here}/spaces/partners/delete`)
    await browser.submit(`${here}/spaces/main/delete`)
    expect(await seen(`${here}/spaces`)).toContain('No realm is left')
    expect(await seen(`${here}/sandbox`)).toContain('The sandbox’s own realm was deleted')
    await browser.submit(`${here}/manage/reset`)
    expect(await seen(`${here}/sandbox`)).not.toContain('was deleted')
  })

  test('is that of Keycloak’s realms, too, under the vendor’s name', async () => {
    const { browser } = await open()
    await browser.get('/dashboard/keycloak/apps')
    const { html } = await browser.get('/dashboard/keycloak~master/spaces')
    expect(textOf(html)).toMatch(/ Keycloak Help & Support .*realm master .*Realms .*demo default .*master shown/)
    expect(html).not.toContain('{')
  })

  test('is not there where the vendor has none', async () => {
    const { browser } = await open()
    const { status, html } = await browser.get('/dashboard/standard/apps')
    expect([status, html.includes('/spaces')]).toEqual([200, false])
    expect((await browser.get('/dashboard/standard/spaces')).status).toBe(404)
    expect((await browser.get('/dashboard/standard~main/apps')).status).toBe(404)
    expect((await browser.post('/dashboard/standard/spaces', { id: 'x' })).status).toBe(404)
  })
})
