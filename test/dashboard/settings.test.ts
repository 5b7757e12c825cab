import { describe, expect, test } from 'vitest'
import { settingsShape } from '../../src/sandbox/settings-schema.ts'
import { makeCertificate } from '../support/client-certificates.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { startDeclared } from '../support/declared.ts'
import { start, type TestServer } from '../support/server.ts'

/** The settings page: it has every setting of its sandbox, and saves what was changed. */

const plain = (html: string) => textOf(html.replaceAll('>', ' >')).replaceAll(' >', '')
const entities: Record<string, string> = { '&quot;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' }
const unescaped = (text = '') => text.replaceAll(/&(quot|#39|lt|gt|amp);/g, (one) => entities[one] ?? one)

/** What a browser would send of the form with the settings. */
function formOf(html: string): Record<string, string | string[]> {
  const form = html.slice(html.indexOf('name="company"') - 200, html.indexOf('>Save<'))
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

describe.each(['iokids', 'standard', 'wildix', 'socialid', 'deyel', 'gateway'])('%s', (name) => {
  test('has every setting with its description, and a form that was not changed changes nothing', async () => {
    const { browser, page, said, save, sandbox } = await open(start(), name)
    const { html } = await browser.get(page)
    const form = formOf(html)
    const inOwnWords = ['access_token_ttl', 'refresh_token_ttl', 'code_ttl', 'rotation', 'strictness', 'auto_continue', 'show_secrets']
    for (const [setting, { description = '' }] of Object.entries(settingsShape(sandbox().provider))) {
      expect(Object.keys(form)).toContain(setting)
      if (!inOwnWords.includes(setting)) expect(plain(html), setting).toContain(description.replaceAll('`', '').replaceAll(/\s+/g, ' '))
    }
    const before = await said()
    expect((await save({})).status).toBe(200)
    expect(await said()).toEqual(before)
  })
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
  expect(html).toMatch(/<details [^>]*id="others" open>/)
  const kept = formOf(html)
  expect([kept.outbound, kept.x5c]).toEqual([['any'], ['off', 'on']])
  if (name !== 'redirect_uri_match') expect(kept[name]).toEqual([typed])
  expect(await said()).toEqual(before)
})
