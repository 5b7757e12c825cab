import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readDeclarations } from '../../src/config/declarations.ts'
import { control } from '../support/control-client.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { start, startForFile } from '../support/server.ts'

/** Providers of one's own in the dashboard: shown as they were declared, changed, imported and taken away. */

const server = await startForFile()
const browser = new DashboardClient(server.url)
const declaration = (rest = '') => `title: Corner\npaths:\n  authorize: /auth\n  token: /tok\n${rest}`
const statusOf = async (path: string) => (await fetch(server.url + path, { method: 'POST' })).status
/** The text of the page's declaration. */
const shownIn = (html: string) => textOf((/<textarea id="declaration"[^>]*>([^<]*)</.exec(html) ?? [])[1]?.replaceAll('\n', '⏎') ?? '')

test('what is declared is served at once and has a sandbox; what is changed holds for the next request', async () => {
  await browser.get('/dashboard/-/new-provider')
  const { html } = await browser.submit('/dashboard/-/new-provider', { name: 'corner', declaration: declaration() })
  expect(textOf(html)).toContain('The provider is there')
  expect(shownIn(html)).toContain('title: Corner')
  expect([await statusOf('/corner/tok'), await statusOf('/corner/token')]).toEqual([400, 404])
  const saved = await browser.submit('/dashboard/-/providers/corner', { declaration: declaration().replace('/tok', '/other') })
  expect(textOf(saved.html)).toContain('The provider was saved.')
  expect([await statusOf('/corner/tok'), await statusOf('/corner/other')]).toEqual([404, 400])
  expect(textOf((await browser.get('/dashboard/-/providers')).html)).toContain('Corner corner 1 sandbox · until grantbox ends')
})

test('JSON and the part of a config file are taken as well', async () => {
  await browser.submit('/dashboard/-/new-provider', {
    name: 'inside',
    declaration: '{"providers": {"inside": {"title": "Inside", "paths": {"token": "/in"}}}}',
  })
  expect(await statusOf('/inside/in')).toBe(400)
  expect((await control(server, 'GET', '/providers/inside')).body).toMatchObject({
    declaration: { title: 'Inside' },
    configured: false,
    sandboxes: ['inside'],
  })
})

describe('a mistake is said with its place, in the words of the control API, and nothing changes', () => {
  test.each([
    ['paths:\n  token: tok', 'paths.token', 'a path that starts with "/"'],
    ['tilte: Acme', 'tilte', 'unknown key; did you mean title?'],
    ['extends: nobody', 'extends', 'a provider'],
    ['grant_types: [authorization_cod]', 'grant_types[0]', 'a grant type'],
    ['settings:\n  rotation: odd', 'settings.rotation', 'lenient'],
  ])('%s', async (text, place, words) => {
    await browser.get('/dashboard/-/new-provider')
    const { status, html } = await browser.post('/dashboard/-/new-provider', { name: 'wrong', declaration: text })
    expect(status).toBe(400)
    expect(html).toContain(`<code>${place}</code>`)
    expect(textOf(html)).toContain(words)
    expect(shownIn(html)).toContain(text.split('\n')[0])
    const { body } = await control(server, 'PUT', '/providers/wrong', parse(text))
    expect(textOf(html)).toContain(`${place} : ${body.errors[0].expected}`)
    expect(server.server.sandboxes.isThere('wrong')).toBe(false)
  })

  test.each([
    ['google', 'a name that no built-in provider has'],
    ['Not A Name', 'a name of a-z, 0-9 and "-"'],
  ])('the name %s', async (name, words) => {
    const { html } = await browser.post('/dashboard/-/new-provider', { name, declaration: 'title: X' })
    expect(textOf(html)).toContain(words)
  })

  test.each([
    ['a: [', 'cannot be parsed'],
    ['- a list', 'members with their values'],
    ['{"title": ', 'cannot be parsed'],
  ])('text that is no declaration: %s', async (text, words) => {
    const { status, html } = await browser.post('/dashboard/-/new-provider', { name: 'text', declaration: text })
    expect(status).toBe(400)
    expect(textOf(html)).toContain(words)
  })
})

test('is deleted after one question that names the sandboxes that go with it, and not while another extends it', async () => {
  await browser.submit('/dashboard/-/new-provider', { name: 'base', declaration: declaration() })
  await browser.submit('/dashboard/-/new-provider', { name: 'upon', declaration: 'extends: base' })
  await control(server, 'POST', '/sandboxes', { name: 'speaks-base', provider: 'base' })
  expect(textOf((await browser.get('/dashboard/-/providers/base/delete')).html)).toContain('base, speaks-base')
  const refused = await browser.post('/dashboard/-/providers/base/delete')
  expect([refused.status, textOf(refused.html)]).toEqual([409, expect.stringContaining("'upon' extends 'base'")])
  await browser.submit('/dashboard/-/providers/base', { declaration: declaration().replace('/tok', '/anew') })
  expect(await statusOf('/upon/anew')).toBe(400)
  await browser.submit('/dashboard/-/providers/upon/delete')
  expect(textOf((await browser.submit('/dashboard/-/providers/base/delete')).html)).toContain('The provider was taken away.')
  expect(['base', 'upon', 'speaks-base'].filter((name) => server.server.sandboxes.isThere(name))).toEqual([])
  const gone = await browser.get('/dashboard/-/providers/base')
  expect(gone.status).toBe(404)
  expect(gone.html).toContain('href="/dashboard">To the dashboard')
  const again = await control(server, 'POST', '/sandboxes', { name: 'speaks-base', provider: 'standard' })
  expect(again.status).toBe(201)
})

test('one of the config file is shown as it was written, changed until grantbox ends, and goes back to it', async () => {
  const { declared } = readDeclarations({ providers: { acme: { title: 'Acme', paths: { token: '/first' } } } }, 'file')
  const configured = await start({ declared })
  const visitor = new DashboardClient(configured.url)
  const { html } = await visitor.get('/dashboard/-/providers/acme')
  expect(shownIn(html)).toBe('title: Acme⏎paths:⏎ token: /first⏎')
  expect(textOf(html)).toContain('The config file declares it.')
  expect(html).not.toContain('/acme/delete')
  expect((await visitor.post('/dashboard/-/providers/acme/delete')).status).toBe(409)
  await visitor.submit('/dashboard/-/providers/acme', { declaration: 'paths: {token: /second}' })
  const status = async (path: string) => (await fetch(`${configured.url}/acme${path}`, { method: 'POST' })).status
  expect([await status('/first'), await status('/second')]).toEqual([404, 400])
  expect(textOf((await visitor.get('/dashboard/-/providers/acme/delete')).html)).toContain('Go back to acme of the config file?')
  await control(configured, 'POST', '/sandboxes/acme/users', { username: 'erin' })
  await visitor.submit('/dashboard/-/providers/acme/delete')
  expect([await status('/first'), await status('/second')]).toEqual([400, 404])
  expect((await control(configured, 'GET', '/sandboxes/acme/users/erin')).status).toBe(200)
})

describe('a document of another server', () => {
  const discovery = {
    issuer: 'https://login.shop.example',
    authorization_endpoint: 'https://login.shop.example/authorize-here',
    token_endpoint: 'https://login.shop.example/token-here',
    jwks_uri: 'https://login.shop.example/keys',
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    frontchannel_logout_supported: true,
  }

  test.each([
    ['a file', JSON.stringify(discovery), ''],
    ['pasted text', '', JSON.stringify(discovery)],
  ])('becomes a provider, from %s, and what was left out is told', async (_how, file, text) => {
    const name = file === '' ? 'pasted' : 'filed'
    await browser.get('/dashboard/-/import')
    const { html } = await browser.upload('/dashboard/-/import', { name, text }, 'file', file)
    expect(textOf(html)).toContain(`Read as discovery · The provider ${name}`.replace(' · ', ' '))
    expect(html).toContain(`href="/dashboard/-/providers/${name}"`)
    expect(await statusOf(`/${name}/token-here`)).toBe(400)
    expect(shownIn((await browser.get(`/dashboard/-/providers/${name}`)).html)).toContain('/authorize-here')
  })

  test.each([
    ['', 'Choose a file or paste its text'],
    ['{"nothing": "known"}', 'a discovery document (with issuer)'],
    ['{', 'cannot be parsed'],
  ])('is refused beside its field when it is %s', async (text, words) => {
    const { status, html } = await browser.upload('/dashboard/-/import', { name: '', text }, 'file', '')
    expect(status).toBe(400)
    expect(textOf(html)).toContain(words)
  })
})
