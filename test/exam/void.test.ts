import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { examClient } from '../../src/exam/client.ts'
import { connectGrantbox, type ExamReport, type Sandbox } from '../../src/index.ts'
import { ExamApp } from '../support/exam-app.ts'
import { addressesOf, examine } from '../support/exam-run.ts'
import { launch, startForFile, type TestServer } from '../support/server.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const grantbox = await connectGrantbox(server.url)

async function world(): Promise<{ box: Sandbox; app: ExamApp }> {
  const box = await grantbox.createSandbox({ provider: 'standard' })
  const app = await new ExamApp({ issuer: box.issuer, ...examClient }).start()
  onTestFinished(async () => {
    app.close()
    await box.delete()
  })
  return { box, app }
}

describe('an exam that says nothing is void', () => {
  test('when the driver says yes to everything', async () => {
    const { box, app } = await world()
    const exam = await box.exam({ redirect_uri: `${app.url}/callback` })
    const walk = async (user: string) => {
      const { headers } = await fetch(`${app.url}/login`, { redirect: 'manual' })
      const { searchParams } = new URL(headers.get('location') ?? '')
      const asked = { client_id: examClient.client_id, ...Object.fromEntries(searchParams) }
      const { redirect_to } = await box.authorize({ ...asked, username: user })
      const cookie = headers.getSetCookie().map((one) => one.split(';')[0] ?? '')
      await fetch(redirect_to, { redirect: 'manual', headers: { cookie: cookie.join('; ') } })
    }
    const report = await exam.runAll(async ({ user }) => {
      await walk(user.username)
      return { signedIn: true }
    })
    expect(report.exam.void).toMatch(/would say so of everything/)
    expect(report.rules.filter(({ verdict }) => verdict === 'passed' || verdict === 'failed').map(({ group }) => group)).not.toContain(
      'callback',
    )
  })

  test('when nobody logs in', async () => {
    const { box, app } = await world()
    const exam = await box.exam({ redirect_uri: `${app.url}/callback` })
    const report = await exam.runAll(async () => ({ signedIn: true }))
    expect(report.exam.void).toMatch(/no authorization request came/)
    expect(report.rules).toEqual([])
  })

  test('when the app is down', async () => {
    const { box, app } = await world()
    app.close()
    const { exam, rules } = await examine(box, server.url, addressesOf(app.url), { redirect_uri: `${app.url}/callback` })
    expect(exam.void).toMatch(/did not end signed in/)
    expect(rules).toEqual([])
  })
})

test('an honest login that fails halfway makes what stands beside it unstable, and the app is told from the rest', async () => {
  const { box, app } = await world()
  app.wrong.add('outage-recovers')
  const options = {
    redirect_uri: `${app.url}/callback`,
    profile: ['oidc'],
    only: ['outage-retry-bounded', 'outage-recovers'],
    patience: '3s',
  }
  const { rules, exam } = await examine(box, server.url, addressesOf(app.url), options)
  expect(exam.void).toBeUndefined()
  expect(rules).toMatchObject([
    { id: 'outage-retry-bounded', verdict: 'not_exercised', reason: 'unstable' },
    { id: 'outage-recovers', verdict: 'failed' },
  ])
})

test('a second exam is refused while one goes on', async () => {
  const { box, app } = await world()
  const exam = await box.exam({ redirect_uri: `${app.url}/callback` })
  await expect(box.exam({ redirect_uri: `${app.url}/callback` })).rejects.toMatchObject({ status: 409 })
  await exam.end()
  await (await box.exam({ redirect_uri: `${app.url}/callback` })).end()
})

describe('what an exam leaves', () => {
  /** A snapshot without what is of this moment. */
  const stateOf = async (box: Sandbox) => {
    const { tables, settings, faults, clock } = await box.snapshot()
    // What was counted was asked.
    const kept = Object.entries(tables as Record<string, unknown[]>).filter(([name, rows]) => rows.length > 0 && name !== 'hourly_count')
    return { tables: Object.fromEntries(kept), settings, faults, clock }
  }

  async function examined(): Promise<{ box: Sandbox; before: unknown; report: ExamReport; journal: string }> {
    const { box, app } = await world()
    await box.faults.add({ endpoint: 'revocation', delay: '1s', times: 2 })
    await fetch(`${box.url}/jwks`)
    const before = await stateOf(box)
    expect(Object.keys(before.tables)).toEqual(expect.arrayContaining(['app', 'client', 'user']))
    const options = { redirect_uri: `${app.url}/callback`, profile: ['oidc'], patience: '3s' }
    const report = await examine(box, server.url, addressesOf(app.url), {
      ...options,
      only: ['callback', 'refresh', 'keys-rotated', 'code_format'],
    })
    await box.update({ settings: { show_secrets: true } })
    const journal = JSON.stringify(await box.requests.list({ driver: 'any', limit: 1000 }))
    await box.update({ settings: { show_secrets: null } })
    return { box, before, report, journal }
  }

  test('is a sandbox as before, and a report without a secret', { timeout: 60_000 }, async () => {
    const { box, before, report, journal } = await examined()
    expect(await stateOf(box)).toEqual(before)
    const secrets = [
      ...journal.matchAll(/"(?:code|access_token|refresh_token|id_token|code_verifier|state|nonce|client_secret)":"([^"]{12,})"/g),
    ]
    const values = new Set([...secrets.map(([, value = '']) => value), examClient.client_secret])
    expect(values.size).toBeGreaterThan(50)
    const text = JSON.stringify(report)
    expect([...values].filter((value) => text.includes(value))).toEqual([])
  })
})

test('a report is had in each form, and is the same in each', async () => {
  const { box, app } = await world()
  app.wrong.add('callback-iss-wrong')
  const exam = await box.exam({ redirect_uri: `${app.url}/callback`, only: ['callback-iss-wrong'] })
  await exam.runAll(async () => ({ signedIn: false }))
  const at = (format: string) => fetch(`${server.url}/_grantbox/sandboxes/${box.name}/exam?format=${format}`)
  const types = {
    text: 'text/plain',
    json: 'application/json',
    junit: 'application/xml',
    sarif: 'application/sarif+json',
    html: 'text/html',
  }
  for (const [format, type] of Object.entries(types)) {
    const answer = await at(format)
    expect([format, answer.status, answer.headers.get('content-type')]).toEqual([format, 200, expect.stringContaining(type)])
    expect(await answer.text()).toMatch(/did not end signed in/)
  }
  expect((await at('pdf')).status).toBe(400)
  await exam.end()
})

test('a server that stops ends the exam that goes on, and leaves the sandbox as it was', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-exam-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const options = { db: join(folder, 'grantbox.db'), defaultProvider: 'standard' }
  const inside = async (one: TestServer) => {
    const { directory } = await one.reach('standard')
    return { users: directory.countUsers(), clients: directory.listClients().map(({ client_id }) => client_id) }
  }
  const first = await launch(options)
  const before = await inside(first)
  await (await connectGrantbox(first.url)).sandbox('standard').exam({ redirect_uri: 'http://localhost:3000/callback' })
  const during = await inside(first)
  expect(during.users).toBeGreaterThan(before.users)
  await first.close()
  const second = await launch(options)
  onTestFinished(() => second.close())
  expect(await inside(second)).toEqual(before)
})
