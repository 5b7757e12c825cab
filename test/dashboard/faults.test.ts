import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { kindFields } from '../../src/dashboard/faults/fault-form.ts'
import { faultSentence } from '../../src/dashboard/faults/sentence.ts'
import { situationGroups } from '../../src/dashboard/faults/situations.ts'
import { kindWords, memberWords } from '../../src/dashboard/faults/words.ts'
import type { Form } from '../../src/oauth/faults/form.ts'
import type { FaultKind } from '../../src/oauth/faults/kind.ts'
import { magicUsers } from '../../src/oauth/faults/magic-users.ts'
import { type FaultEffects, faultKinds } from '../../src/oauth/faults/registry.ts'
import type { Fault, FaultState } from '../../src/sandbox/faults.ts'
import { control } from '../support/control-client.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { findFluffy, passwordTokens, signInByForm } from '../support/iokids-client.ts'
import { startForFile } from '../support/server.ts'

/** The page of a sandbox's faults: what is armed, a click for each situation, and a form for all else. */

const kinds: readonly FaultKind[] = faultKinds
const server = await startForFile({ made: ['standard'] })
const browser = new DashboardClient(server.url)
const at = '/dashboard/iokids/faults'
const armed = async (name = 'iokids'): Promise<Fault[]> => (await control(server, 'GET', `/sandboxes/${name}/faults`)).body.items

beforeEach(() => server.sandbox().faults.clear())

test('the situations are those of the guide, under its headings and in its order', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/testing.md'), 'utf8')
  const part = guide.slice(guide.indexOf('\n## Situations'), guide.indexOf('\n### More about faults'))
  const headings = [...part.matchAll(/^(###|####) (.+)$/gm)].map(([, , heading]) => heading)
  expect(situationGroups.flatMap(({ heading, situations }) => [heading, ...situations.map(({ called }) => called)])).toEqual(headings)
})

test('one click arms what its situation says, for one client alone where that is wanted', async () => {
  const twice = { situation: 'failing-twice-and-then-working', client_id: findFluffy.client_id }
  const { html } = await browser.submit(`${at}/situations`, twice)
  expect(textOf(html)).toMatch(/It is armed\. .*The next 2 refreshes of FindFluffy answer 503\. has not struck yet/)
  expect(await armed()).toMatchObject([{ endpoint: 'token', grant_type: 'refresh_token', times: 2, status: 503, hits: 0 }])
  expect((await browser.get('/dashboard/iokids/apps')).html).toMatch(
    /<a class="differs" href="\/dashboard\/iokids\/faults">.*One fault armed/s,
  )
})

test('what struck is counted, leads to the requests that it struck, and can be armed again when it is over', async () => {
  await browser.post(`${at}/situations`, { situation: 'failing-twice-and-then-working' })
  const { refresh_token } = await passwordTokens(server.url)
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh_token ?? '', ...findFluffy })
  const refresh = async () => (await fetch(`${server.url}/oauth/token`, { method: 'POST', body })).status
  expect(await refresh()).toBe(503)
  const once = textOf((await browser.get(at)).html)
  expect(once).toMatch(/Armed 1 The next refresh answers 503\. struck once \d\d:\d\d:\d\d POST \/oauth\/token 503/)
  expect([await refresh(), await refresh()]).toEqual([503, 200])
  const { html } = await browser.get(at)
  expect(textOf(html)).toMatch(/Nothing is armed.* Over The next 2 refreshes answer 503\. struck 2 times/)
  const [, request = ''] = /href="(\/dashboard\/iokids\/requests\/\d+)">\d\d:\d\d:\d\d POST/.exec(html) ?? []
  expect(textOf((await browser.get(request)).html)).toContain('503')
  const [, id = ''] = /name="id" value="(fault-\d+)">Arm again/.exec(html) ?? []
  await browser.post(`${at}/again`, { id })
  expect(await armed()).toMatchObject([{ grant_type: 'refresh_token', times: 2, hits: 0, status: 503 }])
})

test('answers that a fault held back wait there, until they are forgotten', async () => {
  await browser.post(`${at}/situations`, { situation: 'callback-held-back' })
  await signInByForm(server)
  const { html } = await browser.get(at)
  const [, address = ''] = /href="([^"]+)">Call the app back/.exec(html) ?? []
  expect(textOf(html)).toMatch(/Held back Forget all FindFluffy for @beautifulmeercat246/)
  const [held] = (await control(server, 'GET', '/sandboxes/iokids/callbacks')).body.items
  expect(address.replaceAll('&amp;', '&')).toBe(held.redirect_to)
  expect(textOf((await browser.submit(`${at}/held/forget`)).html)).not.toContain('Held back')
})

test('disarmed, one or all, they strike no more', async () => {
  for (const situation of ['status-500', 'html']) await browser.post(`${at}/situations`, { situation })
  const [first] = await armed()
  expect(textOf((await browser.submit(`${at}/disarm`, { id: first?.id ?? '' })).html)).toMatch(/It was disarmed\. .*Armed 1/)
  expect(textOf((await browser.submit(`${at}/disarm`)).html)).toContain('Nothing is armed')
  expect(await armed()).toEqual([])
  expect((await browser.post(`${at}/disarm`, { id: 'fault-0' })).status).toBe(404)
})

test('each situation that standard has comes about by its button, and a page that it names is there', async () => {
  const page = '/dashboard/standard/faults'
  const { html } = await browser.get(page)
  const names = [...html.matchAll(/name="situation" value="([^"]+)">Arm</g)].map(([, name = '']) => name)
  expect(names.length).toBeGreaterThan(45)
  for (const situation of names) {
    const { faults } = server.sandbox('standard')
    faults.clear()
    expect((await browser.post(`${page}/situations`, { situation })).status, situation).toBe(303)
    expect(faults.size, situation).toBe(situation === 'each-error-of-rfc-6749' ? 6 : 1)
  }
  const links = [...html.matchAll(/<a class="btn quiet small" href="([^"]+)"/g)].map(([, href = '']) => href)
  for (const href of new Set(links)) expect((await browser.get(href)).status, href).toBe(200)
  await browser.post(`${page}/disarm`)
})

test('a setting of a situation is turned on and off again; clock, keys and tokens follow a click, too', async () => {
  const page = '/dashboard/standard/faults'
  const sandbox = () => server.sandbox('standard')
  const click = async (situation: string) => textOf((await browser.submit(`${page}/situations`, { situation })).html)
  expect(await click('a-long-code')).toMatch(/It is done\. .*Codes have 1,500 characters on Turn off/)
  expect(sandbox().settings.code_format).toBe('long')
  expect(await click('a-long-code')).toMatch(/It is as before\. .*Codes have 1,500 characters Turn on/)
  expect(sandbox().settings.code_format).not.toBe('long')
  // It is the default of standard, so there is nothing to turn.
  expect(await click('a-long-code')).toMatch(/Each refresh token works once always Refresh tokens stay the same Turn on/)
  await click('a-long-code')
  await click('clock-skew-the-provider-is-90-s-behind')
  await click('a-clock-that-stands-still')
  expect(sandbox().clock.state).toMatchObject({ offset: -90_000, frozen_at: expect.any(Number) })
  await control(server, 'POST', '/sandboxes/standard/tokens', { client_id: 'standard-web', username: 'alice' })
  await click('key-rotated')
  expect(
    sandbox()
      .store.listKeys()
      .map(({ state }) => state),
  ).toContain('retired')
  expect(await click('tokens-expired')).toContain('It is done.')
  expect((await browser.post(`${page}/situations`, { situation: 'nothing' })).status).toBe(404)
})

test('what a vendor does not have is not offered', async () => {
  const text = textOf((await browser.get(at)).html)
  expect(text).toContain('The API does not take the token')
  expect(text).not.toMatch(/ID token alone|key set|discovery|signing out/)
  expect((await browser.post(`${at}/situations`, { situation: 'jwks-down' })).status).toBe(404)
})

describe('the form', () => {
  const page = `${at}/new`

  test('is made of the catalogue: each kind and member with what it does, in words of its own', async () => {
    const { html } = await browser.get(page)
    for (const { name, members } of kinds) {
      expect(html).toContain(`id="kind-${name}"`)
      for (const [member, { says }] of Object.entries(members)) {
        expect(html).toMatch(new RegExp(`<(input|select|textarea) id="${member}"`))
        expect(textOf(html)).toContain(says.replaceAll('`', ''))
      }
    }
    const members = kinds.flatMap((kind) => Object.keys(kind.members))
    expect(Object.keys(kindWords).filter((name) => !members.includes(name))).toEqual([])
    expect(Object.keys(memberWords).filter((name) => !members.includes(name))).toEqual([])
  })

  test('can be led to with values, and arms what it is told', async () => {
    expect((await browser.get(`${page}?endpoint=authorize&callback=twice`)).html).toMatch(
      /<option value="authorize" selected>[\s\S]*<details class="part" id="kind-callback" open>[\s\S]*<option value="twice" selected>/,
    )
    const headers = 'Retry-After: 7\r\nX-Note: a: b\r\n'
    const form = { endpoint: 'token', times: '0', after: '1', username: 'tinyotter512', delay: '', status: '418', headers, body: '{"a":1}' }
    expect((await browser.post(at, { ...form, callback: '', drop: '' })).location).toBe(`${at}?notice=armed`)
    const { id: _, ...fault } = (await armed())[0] ?? { id: '' }
    const when = { endpoint: 'token', times: 0, after: 1, username: 'tinyotter512' }
    expect(fault).toEqual({ ...when, status: 418, headers: { 'Retry-After': '7', 'X-Note': 'a: b' }, body: { a: 1 }, hits: 0 })
    await browser.post(at, { endpoint: '*', drop: 'after', patch: 'text', delay: '2s' })
    expect((await armed())[1]).toMatchObject({ endpoint: '*', drop: 'after', patch: 'text', delay: '2000ms', times: 1 })
  })

  test.each([
    ['times', { times: 'twice', drop: 'true' }, 'Expected: a number.'],
    ['delay', { delay: '1d' }, 'Expected: a duration of up to ten minutes.'],
    ['status', { status: '99' }, 'Expected: a number of 200 or more.'],
    ['headers', { headers: 'Retry After' }, 'Expected at headers.Retry After: the name of a header as a key.'],
    ['patch', { patch: '{"a":' }, 'Expected: JSON.'],
    ['body', { body: 'x', drop: 'true' }, 'Expected: a status beside it.'],
    ['callback', { callback: 'twice' }, 'Expected: nothing: only what the authorize endpoint answers has a callback.'],
    [
      'grant_type',
      { endpoint: 'api', grant_type: 'password', drop: 'true' },
      'Expected: nothing: only requests to the token endpoint have one.',
    ],
  ])('says what is wrong with %s beside it, as the control API does, and keeps what was typed', async (field, typed, says) => {
    const { status, html } = await browser.post(at, { endpoint: 'token', ...typed })
    const [, error = ''] = new RegExp(`id="${field}-error">([^<]*)<`).exec(html) ?? []
    expect([status, textOf(error)]).toEqual([400, says])
    expect(await armed()).toEqual([])
  })

  test('asks for something to do, and for users whom there are', async () => {
    const nothing = await browser.post(at, { endpoint: 'token' })
    expect(nothing.html).toContain('role="alert">Expected: one or more of: delay, drop, error')
    const { html } = await browser.post(at, { endpoint: 'authorize', callback: 'foreign_code', callback_user: 'nobody' })
    expect(html).toMatch(/id="callback_user-error">Expected: [^<]*tinyotter512/)
  })
})

/** A value that a member may have. */
function example(form: Form): unknown {
  switch (form.is) {
    case 'number':
      return form.from
    case 'choice':
      return form.of[0]
    case 'duration':
      return 2000
    case 'headers':
      return { Age: '1' }
    case 'anything':
      return { a: null, b: 2 }
    default:
      return 'invalid_grant'
  }
}

describe('a fault in words', () => {
  const base: Omit<FaultState, 'id'> = { endpoint: 'token', times: 1, after: 0, hits: 0, seen: 0 }
  const say = (fault: Partial<FaultState>) => faultSentence({ ...base, ...fault }, () => undefined, '@')

  test.each<[Partial<FaultState>, string]>([
    [{ grant_type: 'refresh_token', times: 2, error: 'invalid_grant' }, 'The next 2 refreshes answer invalid_grant.'],
    [{ grant_type: 'refresh_token', times: 2, hits: 1, seen: 1, status: 503 }, 'The next refresh answers 503.'],
    [{ endpoint: 'jwks', times: 0, status: 503 }, 'Every fetch of the key set answers 503.'],
    [{ after: 3, seen: 1, times: 5, drop: true }, 'After 2 more, the next 5 token requests get no answer, because the connection ends.'],
    [{ endpoint: 'api', client_id: 'shop', username: 'ann', delay_ms: 250 }, 'The next API call of shop by @ann waits 250 ms.'],
    [{ patch: { refresh_token: null, expires_in: -1 } }, 'The next token request answers without refresh_token and with expires_in -1.'],
    [{ endpoint: 'authorize', callback: 'twice', delay_ms: 65_000 }, 'The next sign-in waits 1 minute 5 seconds and comes back two times.'],
    [
      { status: 400, error: 'slow_down', headers: { Age: '1' }, delay_ms: 2000, delay_at: 'body' },
      'The next token request waits 2 seconds in the middle of the answer and answers slow_down with status 400 with Age.',
    ],
  ])('%j', (fault, sentence) => expect(say(fault)).toBe(sentence))

  test('each kind of the catalogue does something in them', () => {
    for (const { name, members } of kinds) {
      const [form] = Object.entries(members).flatMap(([member, value]) => (member === name ? [value] : []))
      const kept = form?.is === 'duration' ? `${name}_ms` : name
      const effects = { [kept]: form && example(form) } as Partial<FaultEffects>
      expect(say(effects), name).toMatch(/^The next token request [a-z]+s .+\.$/)
    }
  })
})

test('the page of flows arms one for the next sign-in', async () => {
  const { html } = await browser.get('/dashboard/iokids/flows')
  const names = [...html.matchAll(/<option value="([a-z0-9-]+)">/g)].map(([, name = '']) => name)
  expect(names).toEqual(expect.arrayContaining(['denied-by-the-user', 'timeout', 'no-refresh-token-given', 'signed-wrongly']))
  expect(names).not.toEqual(expect.arrayContaining(['401']))
  const answer = await browser.post(`${at}/situations`, { situation: 'wrong-state', back: 'flows' })
  expect(answer.location).toBe('/dashboard/iokids/flows?notice=armed')
  const callback = await signInByForm(server)
  expect(callback.searchParams.get('state')).toBe('a-state-that-nobody-sent')
  expect((await browser.get(`${at}/new?endpoint=authorize`)).html).toContain('<option value="authorize" selected>')
})

test('names that bring a situation about are listed where users are', async () => {
  for (const page of [at, '/dashboard/iokids/sandbox', '/dashboard/iokids/help']) {
    const text = textOf((await browser.get(page)).html)
    for (const [username, { does }] of magicUsers) expect(text).toContain(`${username} ${does}`)
  }
})

test('a form that was not sent opens nothing of the catalogue', () => {
  expect(kindFields({ values: {}, errors: {} }).filter(({ isOpen }) => isOpen)).toEqual([])
})
