import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { runCli } from '../../src/cli/run-cli.ts'
import { attestationOf, attestationType, type Examined, lackingFor, signedAttestation } from '../../src/exam/attestation/attestation.ts'
import { badgeOf } from '../../src/exam/attestation/badge.ts'
import { checkAttestation } from '../../src/exam/attestation/verify.ts'
import type { Report, RuleReport } from '../../src/exam/report.ts'
import { control } from '../support/control-client.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { appByHand, asIfWhole, reported } from '../support/exam-by-hand.ts'
import { startForFile } from '../support/server.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const app = await appByHand(server)
const folder = await mkdtemp(join(tmpdir(), 'grantbox-attestation-'))
afterAll(async () => {
  app.close()
  await rm(folder, { recursive: true })
})

/** A server that sends whoever asks for keys on to another one, or never ends with them. */
async function keysElsewhere(to: string): Promise<string> {
  const other = createServer((request, response) => {
    if (request.url === '/moved') return response.writeHead(302, { location: to }).end()
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
    }
    response.on('drain', more)
    more()
  }).listen(0, '127.0.0.1')
  onTestFinished(() => other.closeAllConnections())
  onTestFinished(() => void other.close())
  await once(other, 'listening')
  return `http://127.0.0.1:${(other.address() as AddressInfo).port}`
}

/** Runs `grantbox exam verify` in this process. */
async function verify(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' }
  const sink = (name: keyof typeof said) =>
    new Writable({
      write(chunk, _encoding, done) {
        said[name] += chunk
        done()
      },
    })
  const argv = ['exam', 'verify', ...flags]
  const code = await runCli({ argv, env: {}, cwd: folder, stdout: sink('stdout'), stderr: sink('stderr') })
  return { code, ...said }
}

const at = '/sandboxes/standard/exam'
const text = async (path: string) => (await fetch(`${server.url}/_grantbox${at}/${path}`)).text()
const now = Date.now()

const rule = (id: string, said: Partial<RuleReport> = {}): RuleReport => ({
  ...{ id, group: 'callback', level: 'must', verdict: 'passed', proof: 'wire' },
  ...{ message: 'It was seen.', source: 'RFC', why: '', mend: '', evidence: [] },
  ...said,
})

/** An exam that found this. */
function examined(rules: readonly RuleReport[], said: Partial<Report['exam']> = {}, options: Partial<Examined['options']> = {}): Examined {
  const exam = {
    profile: ['oidc' as const],
    rules_version: '2026.1',
    client_id: 'app',
    sandbox: 'exam',
    signals: [],
    state: 'done' as const,
  }
  const counts = { passed: 1, failed: 0, failed_must: 0, not_exercised: 0, waived: 0, by_silence: 0 }
  const report: Report = { exam: { ...exam, started: new Date(now).toISOString(), ...said }, controls: [], rules: [...rules], counts }
  return { report, options: { only: [], quick: false, abilities: [], ...options }, waivedByVendor: ['theirs'] }
}

describe('there is an attestation', () => {
  test('when all that must hold was passed by more than silence, or is not about the client', () => {
    const others = [
      rule('a', { verdict: 'not_exercised', reason: 'unused' }),
      rule('b', { verdict: 'not_exercised', reason: 'preempted' }),
      rule('theirs', { verdict: 'waived', reason: 'not here' }),
      rule('c', { level: 'should', verdict: 'failed' }),
      rule('d', { level: 'hint', proof: 'silence' }),
    ]
    const good = examined([rule('x'), ...others], { vendor: 'Acme' }, { abilities: ['browser'] })
    expect(lackingFor(good)).toEqual([])
    expect(attestationOf(good, 'http://localhost/exam')).toMatchObject({
      ...{ iss: 'http://localhost/exam', sub: 'app', iat: Math.floor(now / 1000), vendor: 'Acme', form: 'browser', failed: ['c'] },
      ...{ not_exercised: ['a', 'b'], by_silence: ['d'], waived: { theirs: 'not here' } },
    })
  })

  test.each([
    ['a must that failed', 'failed: x', examined([rule('x', { verdict: 'failed' })])],
    ['one that passed by silence', 'passed by silence alone: x', examined([rule('x', { proof: 'silence' })])],
    [
      'one that nobody could see',
      'not exercised: x (It was seen)',
      examined([rule('y'), rule('x', { verdict: 'not_exercised', reason: 'not-told' })]),
    ],
    [
      'one that the developer waives himself',
      'waived by whoever began the exam: x',
      examined([rule('y'), rule('x', { verdict: 'waived', reason: 'mine' })]),
    ],
    ['nothing that must hold', 'nothing that must hold was exercised', examined([rule('x', { level: 'should' })])],
    ['a part of the rules', 'a part of the rules was asked for alone', examined([rule('x')], {}, { only: ['x'] })],
    ['a quick exam', 'a part of the rules was asked for alone', examined([rule('x')], {}, { quick: true })],
    ['a void exam', 'the exam is void: it was stopped', examined([rule('x')], { void: 'it was stopped' })],
    ['one that goes on', 'the exam goes on', examined([rule('x')], { state: 'running' })],
  ])('and none of %s', (_what, reason, exam) => {
    expect(lackingFor(exam)).toEqual([reason])
  })
})

describe('an attestation', async () => {
  const sandbox = server.sandbox('standard')
  const good = examined([rule('x')])
  const said = attestationOf(good, 'http://localhost/exam')
  const signed = await signedAttestation(said, sandbox.keys, sandbox.provider.signing_algs)
  const keys = [...(await sandbox.keys.publicKeys())]

  test('holds by the keys of its sandbox, and of the report that it is about, however that is written', async () => {
    const shuffled = Object.fromEntries(Object.entries(good.report).reverse())
    expect(await checkAttestation(signed, keys, now, shuffled)).toMatchObject({ holds: 'yes', attestation: { sub: 'app' }, stale: [] })
    const another = { ...good.report, counts: { ...good.report.counts, failed: 1 } }
    expect(await checkAttestation(signed, keys, now, another)).toMatchObject({ problem: expect.stringContaining('another report') })
  })

  test('is known when it was changed, or another key signed it, or it is something else', async () => {
    const [head, , signature] = signed.split('.')
    const changed = [head, Buffer.from(JSON.stringify({ ...said, sub: 'other' })).toString('base64url'), signature].join('.')
    expect(await checkAttestation(changed, keys, now)).toMatchObject({ holds: 'no', problem: expect.stringContaining('forged') })
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const kid = String(keys.find(({ alg }) => alg === 'ES256')?.kid)
    const sign = (claims: object, header: object) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', typ: attestationType, kid, ...header }).sign(privateKey)
    expect(await checkAttestation(await sign(said, {}), keys, now)).toMatchObject({ problem: expect.stringContaining('forged') })
    const foreign = await sign(said, { kid: 'mine' })
    expect(await checkAttestation(foreign, keys, now)).toMatchObject({ problem: expect.stringMatching(/^Another key .*"mine"/) })
    const own = [{ ...(await exportJWK(publicKey)), kid }]
    expect(await checkAttestation(await sign(said, {}), own, now)).toMatchObject({ holds: 'yes' })
    for (const other of ['not a JWT', await sign(said, { typ: 'JWT' }), await sign({ sub: 'app' }, {})]) {
      expect(await checkAttestation(other, own, now)).toEqual({ holds: 'no', problem: 'This is no attestation of an exam.' })
    }
  })

  test('is good for 90 days and for the rules of its version, and said to have been so afterwards', async () => {
    const later = now + 91 * 24 * 3_600_000
    expect(await checkAttestation(signed, keys, later)).toMatchObject({ holds: 'stale', stale: [expect.stringMatching(/^It expired on /)] })
    const old = await signedAttestation({ ...said, rules_version: '2020.1' }, sandbox.keys, sandbox.provider.signing_algs)
    expect(await checkAttestation(old, keys, now)).toMatchObject({ holds: 'stale', stale: [expect.stringContaining('those of 2020.1')] })
  })

  test('is signed at a vendor that has no keys to check by, too', async () => {
    const { keys: ring, provider } = await server.reach('iokids')
    const theirs = await signedAttestation(said, ring, provider.signing_algs)
    const { body } = await control(server, 'GET', '/sandboxes/iokids/exam/jwks')
    expect(await checkAttestation(theirs, body.keys, now)).toMatchObject({ holds: 'yes' })
    expect(JSON.stringify(body)).not.toContain('"d"')
  })

  test('is drawn as a badge that says the day, and no more', () => {
    const badge = badgeOf({ ...said, iss: 'http://localhost/<exam>' })
    expect(badge).toContain(`>oidc: passed on ${new Date(now).toISOString().slice(0, 10)}<`)
    expect(badge).toContain('http://localhost/&lt;exam&gt;')
    expect(badge).not.toMatch(/secure|certified/i)
  })
})

test('of an exam in part there is none, and the page says why; of a whole one, a badge and a word that the command line checks', async () => {
  expect((await control(server, 'GET', `${at}/attestation`)).status).toBe(404)
  await reported(server, app, ['callback-state-wrong'])
  for (const what of ['attestation', 'badge.svg']) {
    const { status, body } = await control(server, 'GET', `${at}/${what}`)
    expect([status, body.detail]).toEqual([409, 'There is no attestation of this exam: a part of the rules was asked for alone'])
  }
  const browser = new DashboardClient(server.url)
  const page = '/dashboard/standard/exam'
  expect(textOf((await browser.get(page)).html)).toContain('Not yet: A part of the rules was asked for alone.')
  expect((await browser.get(`${page}/badge.svg`)).status).toBe(409)

  asIfWhole(server)
  expect(textOf((await browser.get(page)).html)).toContain('npx grantbox exam verify standard-exam.jwt --jwks standard-exam-keys.json')
  const badge = await browser.get(`${page}/badge.svg`)
  expect([badge.status, badge.headers['content-type'], badge.html]).toEqual([200, 'image/svg+xml', await text('badge.svg')])

  const [jwt, keys, report] = ['exam.jwt', 'keys.json', 'report.json'].map((name) => join(folder, name)) as [string, string, string]
  await writeFile(jwt, (await browser.get(`${page}/attestation`)).html)
  await writeFile(keys, (await browser.get(`${page}/jwks`)).html)
  await writeFile(report, (await browser.get(`${page}/report/json`)).html)
  const held = await verify(jwt, '--jwks', keys, '--report', report)
  expect([held.code, held.stdout]).toEqual([0, expect.stringMatching(/^HOLDS {2}Client by-hand passed what must hold of profile oidc on /)])
  expect(held.stdout).toContain('It proves neither that the client is secure nor that it is still the same.')
  expect((await verify(jwt, '--jwks', `${server.url}/standard/jwks`)).code).toBe(0)
  await writeFile(keys, '{"keys": []}')
  const other = await verify(jwt, '--jwks', keys)
  expect([other.code, other.stdout]).toEqual([1, expect.stringMatching(/^DOES NOT HOLD {2}Another key signed it/)])
  const elsewhere = await keysElsewhere(`${server.url}/standard/jwks`)
  for (const [flags, said] of [
    [[jwt], 'expected: grantbox exam verify FILE --jwks URL|FILE'],
    [[jwt, '--jwks', jwt], 'flag --jwks: expected a key set'],
    [[jwt, '--jwks', `${server.url}/nothing`], 'it answered 404'],
    [[jwt, '--jwks', `${elsewhere}/moved`], 'it answered 302'],
    [[jwt, '--jwks', `${elsewhere}/endless`], 'it has more than 1048576 bytes'],
    [[join(folder, 'none'), '--jwks', keys], 'ENOENT'],
  ] as const) {
    const { code, stderr } = await verify(...flags)
    expect([code, stderr]).toEqual([3, expect.stringContaining(said)])
  }
})
