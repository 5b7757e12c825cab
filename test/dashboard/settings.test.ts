import { expect, test } from 'vitest'
import { providers as builtIn, vendors } from '../../src/providers/registry.ts'
import { settingsShape } from '../../src/sandbox/settings-schema.ts'
import { makeCertificate } from '../support/client-certificates.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { startDeclared } from '../support/declared.ts'
import { start, startForFile, type TestServer } from '../support/server.ts'

/** The settings page: it has every setting of its sandbox, and saves what was changed. */

const plain = (html: string) => textOf(html.replaceAll('>', ' >')).replaceAll(' >', '')
const entities: Record<string, string> = { '&quot;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' }
const unescaped = (text = '') => text.replaceAll(/&(quot|#39|lt|gt|amp);/g, (one) => entities[one] ?? one)

/** What a browser would send of the form with the settings. */
function formOf(html: string): Record<string, string | string[]> {
  const form = html.slice(html.indexOf('name="company"') - 200, html.lastIndexOf('>Save<'))
  const fields: Record<string, string[]> = {}
  const add = (name = '', value = '') => {
    fields[name] = [...(fields[name] ?? []), unescaped(value)]
  }
  for (const [tag] of form.matchAll(/<input [^>]*>/g)) {
    const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1]
    if (attribute('type') !== 'checkbox' || tag.includes(' checked')) add(attribute('name'), attribute('value'))
  }
  for (const [, name, value] of form.matchAll(/<textarea [^>]*name="(\w+)"[^>]*>([^<]*)</g)) add(name, value?.replaceAll('\n', '\r\n'))
  for (const [, name, options = ''] of form.matchAll(/<select [^>]*name="(\w+)"[^>]*>(.*?)<\/select>/gs)) {
    add(name, /value="([^"]*)" selected/.exec(options)?.[1])
  }
  const { csrf: _, ...settings } = fields
  return settings
}

async function open(server: Promise<TestServer>, name: string) {
  const { url, sandbox } = await server
  const browser = new DashboardClient(url)
  const page = `/dashboard/${name}/settings`
  /** What the sandbox itself has said. */
  const said = async () => {
    const { settings } = (await (await fetch(`${url}/_grantbox/sandboxes/${name}/snapshot`)).json()) as { settings: object }
    return settings as Record<string, unknown>
  }
  /** Sends the page's form with some fields changed. */
  const save = async (changed: Record<string, string>) =>
    browser.submit(page, { ...formOf((await browser.get(page)).html), company: 'Acme', ...changed })
  return { browser, page, said, save, sandbox: () => sandbox(name) }
}

const shared = startForFile()
const everyName = [...builtIn.values(), ...vendors].map(({ id }) => id)

test('there are the settings of 17 providers', () => {
  expect(everyName).toHaveLength(17)
})

test.each(everyName)('%s has every setting with its description, once, and a form that was not changed changes nothing', async (name) => {
  await (await shared).reach(name)
  const { browser, page, said, save, sandbox } = await open(shared, name)
  const { html } = await browser.get(page)
  const form = formOf(html)
  const shape = settingsShape(sandbox().provider)
  const text = plain(html)
  for (const [setting, { description = '' }] of Object.entries(shape)) {
    expect(Object.keys(form)).toContain(setting)
    expect(description, setting).not.toBe('')
    expect(text, setting).toContain(description.replaceAll('`', '').replaceAll(/\s+/g, ' '))
  }
  expect([...html.matchAll(/id="setting-(\w+)"/g)].map(([, one]) => one).sort()).toEqual(Object.keys(shape).sort())
  const before = await said()
  expect((await save({ company: sandbox().company })).status).toBe(200)
  expect(await said()).toEqual(before)
})

test('what equals the provider’s is not said again, and a button takes back what is, and saves the rest', async () => {
  const { browser, page, said, save, sandbox } = await open(start(), 'wildix')
  const before = await said()
  await save({ access_token_ttl: '2h', rotation: 'lenient', service_token_shape: 'flat' })
  expect(await said()).toEqual({ ...before, access_token_ttl: 7200, rotation: 'lenient', service_token_shape: 'flat' })
  expect(textOf((await browser.get(page)).html)).toContain('Only changed ones 3')
  await save({ access_token_ttl: '60m', rotation: 'strict' })
  expect(await said()).toEqual({ ...before, service_token_shape: 'flat' })
  await save({ back: 'service_token_shape', code_ttl: '9s' })
  expect(await said()).toEqual({ ...before, code_ttl: 9 })
  expect(sandbox().settings).toMatchObject({ service_token_shape: 'envelope' })
})

test('are searched by name, label and description, and by whether they are changed, and a search saves what it shows', async () => {
  const { browser, page, said, save } = await open(start(), 'standard')
  const before = await said()
  const found = async (query: string) =>
    [...(await browser.get(`${page}?${query}`)).html.matchAll(/id="setting-(\w+)"/g)].map(([, one]) => one)
  expect(await found('q=DPoP')).toEqual(['dpop_nonce'])
  expect(await found('q=lets+nobody')).toEqual([])
  expect(await found('q=postman')).toEqual(['query_token_requests'])
  expect(await found('changed=on')).toEqual([])
  expect(textOf((await browser.get(`${page}?changed=on`)).html)).toContain('Nothing is changed')
  const { location } = await browser.post(page, { q: 'dpop', dpop_nonce: 'required' })
  expect(location).toBe(`${page}?q=dpop&notice=settings-saved`)
  expect(await said()).toEqual({ ...before, dpop_nonce: 'required' })
  expect(await found('changed=on')).toEqual(['dpop_nonce'])
  await save({})
  expect(await said()).toEqual({ ...before, dpop_nonce: 'required' })
})

test('a declared provider’s own settings stand there too, whatever they are', async () => {
  const settings = { failure_status: 422, regions: ['eu', 'us'], greeting: 'hello', limits: { day: 3 }, polite: true }
  const { said, save, sandbox } = await open(startDeclared({ settings }), 'acme')
  const before = await said()
  await save({})
  expect(await said()).toEqual(before)
  await save({ failure_status: '418', regions: '["mars"]', greeting: 'good day', limits: '{"day": 4}', polite: 'off' })
  const now = { failure_status: 418, regions: ['mars'], greeting: 'good day', limits: { day: 4 }, polite: false }
  expect(sandbox().settings).toMatchObject(now)
  expect(await said()).toEqual({ ...before, ...now })
})

test('settings of each kind are saved, alone, and taken back by an empty field', async () => {
  const { browser, page, said, save, sandbox } = await open(start(), 'standard')
  const before = await said()
  const { cert } = await makeCertificate({ subject: [['CN', 'Authority']] })
  await save({
    claims: '{"access_token": {"roles": "{user.claims.roles}"}}',
    claims_in_access_token: 'on',
    x5c: 'on',
    auto_sign_in: 'alice',
    redirect_uri_match: 'wildcard',
    outbound: 'any',
    id_token_ttl: '7m',
    reported_expires_in: '90s',
    resources: '["https://api.example"]',
    trusted_client_ca: cert.replaceAll('\n', '\r\n'),
  })
  const changed = {
    claims: { access_token: { roles: '{user.claims.roles}' } },
    claims_in_access_token: true,
    x5c: true,
    auto_sign_in: 'alice',
    redirect_uri_match: 'wildcard',
    outbound: 'any',
    id_token_ttl: 420,
    reported_expires_in: 90,
    resources: ['https://api.example'],
  }
  const { trusted_client_ca, ...rest } = await said()
  expect(rest).toEqual({ ...before, ...changed })
  expect(String(trusted_client_ca).trim()).toBe(cert.trim())
  await save({})
  expect(await said()).toEqual({ trusted_client_ca, ...rest })
  const { html } = await browser.get(page)
  expect(html).toMatch(/<option value="wildcard" selected>/)
  expect(html).toContain('<option value="">Default: exact</option>')
  const emptied = { claims: '', auto_sign_in: '', redirect_uri_match: '', outbound: '', id_token_ttl: '', reported_expires_in: '' }
  await save({ ...emptied, resources: '', trusted_client_ca: '' })
  expect(await said()).toEqual({ ...before, claims_in_access_token: true, x5c: true })
  expect(sandbox().settings).toMatchObject({ redirect_uri_match: 'exact', auto_sign_in: null, resources: null })
  await save({ public_url: 'https://auth.example/gb/' })
  expect(sandbox().settings.public_url).toBe('https://auth.example/gb')
})

test.each([
  ['claims', '{"access_token"', 'Expected: JSON.'],
  ['claims', '{"access_token": {"roles": "{nobody}"}}', 'Expected at claims.access_token.roles: '],
  ['claims', '{"tokens": {}}', 'Expected at claims.tokens: '],
  ['resources', '{"a": 1}', 'Expected: '],
  ['assertion_issuers', '{"https://idp.example": {"jwks": {"keys": "none"}}}', 'Expected at assertion_issuers'],
  ['public_url', 'auth.example', 'Expected: an http or https URL'],
  ['trusted_client_ca', 'none', 'Expected: certificates as PEM'],
  ['redirect_uri_match', 'regex', 'Expected: '],
])('%s is refused as %s, beside what was typed, and nothing is saved', async (name, typed, told) => {
  const { said, save } = await open(start(), 'standard')
  const before = await said()
  const { status, html } = await save({ [name]: typed, outbound: 'any', x5c: 'on' })
  expect(status).toBe(400)
  expect(textOf(html)).toContain(told)
  expect(html).toContain(`id="${name}-error"`)
  const kept = formOf(html)
  expect([kept.outbound, kept.x5c]).toEqual([['any'], ['off', 'on']])
  if (name !== 'redirect_uri_match') expect(kept[name]).toEqual([typed])
  expect(await said()).toEqual(before)
})
