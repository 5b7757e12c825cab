import { describe, expect, onTestFinished, test } from 'vitest'
import { sittingOf } from '../../src/exam/exams.ts'
import { leftOf } from '../../src/exam/run/settle.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import type { ExamApp } from '../support/exam-app.ts'
import { appByHand, askedOn, logIn, sitExam } from '../support/exam-by-hand.ts'
import { start, type TestServer } from '../support/server.ts'

/** An exam by hand: the page says what to do, and somebody says how it went. */

const at = '/dashboard/standard/exam'
const oidc = { client: 'by-hand', profile: 'oidc', length: 'short' }

async function open(): Promise<{ server: TestServer; browser: DashboardClient; app: ExamApp }> {
  const server = await start({ defaultProvider: 'standard' })
  const app = await appByHand(server)
  onTestFinished(() => app.close())
  return { server, browser: new DashboardClient(server.url), app }
}

test('a whole exam is begun, done by its buttons, and reported, with what failed first and its requests', async () => {
  const { browser, app } = await open()
  app.wrong.add('callback-state-missing')
  const begun = await browser.submit(at, oidc)
  expect(textOf(begun.html)).toMatch(/0 of \d\d done Log in now As alice/)
  const html = await sitExam(browser, app, at)
  const text = textOf(html)
  expect(text).toMatch(/Exam of by-hand Another exam Profile oidc · .* \d\d passed 1 failed, 1 of what must hold \d+ not exercised/)
  expect(text).toMatch(/Failed callback-state-missing must The answer came without a state, .* Why: .* RFC 6749 §10\.12 Mend: /)
  expect(text).toContain('callback-state-wrong passed by signal The code was not sent')
  const [, request = ''] = /<a href="(\/dashboard\/standard\/requests\/\d+)">#\d+ +POST +\/standard\/token/.exec(html) ?? []
  expect(textOf((await browser.get(request)).html)).toContain('POST /standard/token')

  const files = Object.fromEntries(
    [...html.matchAll(/href="(\/dashboard\/standard\/exam\/report\/(\w+))"/g)].map(([, href, name]) => [name, href]),
  )
  expect(Object.keys(files)).toEqual(['text', 'json', 'junit', 'sarif', 'html'])
  const json = await browser.get(files.json ?? '')
  expect(json.headers['content-disposition']).toBe('attachment; filename="standard-exam.json"')
  expect(JSON.parse(json.html)).toMatchObject({ exam: { client_id: 'by-hand', state: 'done' }, counts: { failed: 1 } })
  expect((await browser.get(files.junit ?? '')).html).toContain('<testsuite')
  expect((await browser.get(`${at}/report/pdf`)).status).toBe(404)

  const form = await browser.submit(`${at}/forget`)
  expect(textOf(form.html)).toContain('When you ask it to, your app can also')
})

describe('a task', () => {
  test('lies there until somebody says how it went, however long that takes, and the page says nothing of what is tried', async () => {
    const { server, browser, app } = await open()
    const { html } = await browser.submit(at, oidc)
    const asked = askedOn(html)
    expect(asked).toMatchObject({ username: 'alice' })
    expect(html).not.toContain('http-equiv="refresh"')
    for (const button of ['It let me in', 'It refused', 'I cannot tell']) expect(html).toContain(`>${button}</button>`)
    expect(await logIn(app, asked ?? { username: '', password: '' })).toBe(true)
    expect(askedOn((await browser.get(at)).html)).toEqual(asked)
    const { by_hand } = sittingOf(server.sandbox('standard'))?.exam.options ?? {}
    const anHour = { heard: {}, taken_at: 0, now: 3_600_000, entries: [], isDelivered: false, settle_ms: 1000, grace_ms: 30 }
    expect([leftOf({ ...anHour, by_hand }), leftOf(anHour)]).toEqual([Number.POSITIVE_INFINITY, 0])
    const next = await browser.submit(`${at}/said`, { task: '1', said: 'in' })
    expect(textOf(next.html)).toContain('Log in again now')
    expect(askedOn(next.html)?.task).toBe('2')
    expect(next.html).not.toMatch(/denied|sham|honest/i)
  })

  test('is not taken to be done by a button of an older page', async () => {
    const { browser, app } = await open()
    const { html } = await browser.submit(at, oidc)
    const said = await logIn(app, askedOn(html) ?? { username: '', password: '' })
    await browser.submit(`${at}/said`, { task: '1', said: said ? 'in' : 'out' })
    const { html: after } = await browser.submit(`${at}/said`, { task: '1', said: 'in' })
    expect(askedOn(after)?.task).toBe('2')
  })

  test('of which nobody can tell how it went is looked at for a while, in which the page reloads', async () => {
    const { browser, app } = await open()
    const { html } = await browser.submit(at, oidc)
    await logIn(app, askedOn(html) ?? { username: '', password: '' })
    const waits = await browser.submit(`${at}/said`, { task: '1', said: 'nothing' })
    if (askedOn(waits.html) === undefined) expect(waits.html).toContain('http-equiv="refresh" content="2"')
    await expect.poll(async () => askedOn((await browser.get(at)).html)?.task, { timeout: 15_000, interval: 200 }).toBe('2')
  })
})

test('an exam that is ended says so, and the sandbox is as before', async () => {
  const { server, browser } = await open()
  await browser.submit(at, oidc)
  const users = server.sandbox('standard').directory.countUsers()
  expect(textOf((await browser.get(`${at}/end`)).html)).toContain('End this exam?')
  const { html } = await browser.submit(`${at}/end`)
  expect(textOf(html)).toContain('Void: it was stopped')
  expect(server.sandbox('standard').directory.countUsers()).toBe(users - 1)
})

test('a server that stops ends it', async () => {
  const { server, browser } = await open()
  await browser.submit(at, oidc)
  const sitting = sittingOf(server.sandbox('standard'))
  await server.close()
  expect(sitting?.exam.findings.state).toBe('stopped')
})

test('an honest login that is said to be refused makes it void', async () => {
  const { browser } = await open()
  await browser.submit(at, oidc)
  await browser.submit(`${at}/said`, { task: '1', said: 'out' })
  const { html } = await browser.submit(`${at}/said`, { task: '2', said: 'out' })
  expect(textOf(html)).toMatch(/Void: an honest login did not end signed in.*Nothing can be said of the client/)
})

test('the link of a client chooses it, and what is no client is refused in the form', async () => {
  const { browser } = await open()
  expect((await browser.get('/dashboard/standard/apps')).html).toContain(`href="${at}?client=by-hand"`)
  expect((await browser.get(`${at}?client=by-hand`)).html).toContain('<option value="by-hand" selected>')
  const { status, html } = await browser.submit(at, { client: 'nobody' })
  expect(status).toBe(400)
  expect(textOf(html)).toContain("There is no client 'nobody'")
})

test('an exam that a program does is shown as one', async () => {
  const { server, browser } = await open()
  const body = JSON.stringify({ client_id: 'by-hand' })
  const headers = { 'content-type': 'application/json' }
  await fetch(`${server.url}/_grantbox/sandboxes/standard/exam`, { method: 'POST', headers, body })
  const { html } = await browser.get(at)
  expect(textOf(html)).toContain('A program does it.')
  expect(html).toContain('http-equiv="refresh" content="2"')
})

test('a form that is not ours begins nothing', async () => {
  const { browser } = await open()
  expect((await browser.post(at, oidc, { origin: 'https://elsewhere.example' })).status).toBe(403)
  expect(textOf((await browser.get(at)).html)).toContain('When you ask it to')
})
