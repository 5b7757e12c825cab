import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { runCli } from '../../src/cli/run-cli.ts'
import { commandExists } from '../support/child.ts'
import { Collector } from '../support/collector.ts'
import { launch, type TestServer } from '../support/server.ts'

let cwd: string
let server: TestServer

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'grantbox-doctor-'))
  server = await launch({ adminToken: 'the-token', dataDir: join(cwd, '.grantbox'), made: ['iokids'] })
  await server.ca()
})

afterAll(async () => {
  await server.close()
  await rm(cwd, { recursive: true })
})

interface Told {
  wrong: number
  findings: { topic: string; state: string; said: string; mend?: string }[]
}

/** Runs `grantbox doctor` here. */
async function doctor(env: Record<string, string> = {}, argv: readonly string[] = [], folder = cwd) {
  const [stdout, stderr] = [new Collector(), new Collector()]
  // Without the browsers of this machine, which take seconds to start: what one says is looked at by hand.
  const code = await runCli({ argv: ['doctor', ...argv], env: { PATH: '/usr/bin:/bin', ...env }, cwd: folder, stdout, stderr })
  return { code, said: `${stdout}${stderr}` }
}

async function told(env: Record<string, string>, folder = cwd): Promise<(topic: string) => Told['findings'][number] | undefined> {
  const { said } = await doctor(env, ['--json'], folder)
  const { findings } = JSON.parse(said) as Told
  return (topic) => findings.find((one) => one.topic === topic)
}

const reached = () => ({ GRANTBOX_URL: server.url, GRANTBOX_ADMIN_TOKEN: 'the-token' })

test('tells what runs, which names lead to it, and who trusts its authority', async () => {
  const { code, said } = await doctor({ ...reached(), NODE_EXTRA_CA_CERTS: join(cwd, '.grantbox/ca.pem') })
  expect(said).toMatch(/^ok {5}versions +grantbox \d+\.\d+\.\d+ in .+, Node\.js v\d+/)
  expect(said).toMatch(/^ok {5}running +grantbox \d+\.\d+\.\d+ answers at http:\/\/localhost:\d+, with 2 sandboxes$/m)
  expect(said).toMatch(/^ok {5}localhost +leads to (127\.0\.0\.1|::1)/m)
  expect(said).toMatch(/^(ok|note) +sandbox\.iokids\.net +/m)
  expect(said).toMatch(/^ok {5}https by Node\.js +trusts the authority$/m)
  expect(said).toMatch(/\nNothing is wrong\.\n$/)
  expect(code).toBe(0)
})

test('says of each program that does not trust the authority how it is made to', async () => {
  const found = await told(reached())
  expect(found('https by Node.js')).toEqual({
    topic: 'https by Node.js',
    state: 'note',
    said: 'does not trust the authority (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
    mend: `export NODE_EXTRA_CA_CERTS=${join(cwd, '.grantbox/ca.pem')}, before Node.js starts`,
  })
  if (await commandExists('curl'))
    expect(found('https by curl')).toMatchObject({ state: 'note', said: 'does not trust the authority (exit code 60)' })
  const trusting = await told({ ...reached(), CURL_CA_BUNDLE: join(cwd, '.grantbox/ca.pem') })
  if (await commandExists('curl')) expect(trusting('https by curl')).toMatchObject({ state: 'ok', said: 'trusts the authority' })
})

test('tells what is wrong, and ends with exit code 1', async () => {
  const other = createServer((_request, response) => response.end('hello')).listen(0, 'localhost')
  onTestFinished(() => void other.close())
  await new Promise((resolve) => other.once('listening', resolve))
  const port = String((other.address() as AddressInfo).port)
  const { code, said } = await doctor({ GRANTBOX_PORT: port, HTTPS_PROXY: 'http://proxy.example:3128', SSL_CERT_FILE: '/nowhere.pem' })
  expect(said).toMatch(new RegExp(`^WRONG {2}running +something else answers at http://localhost:${port}: `, 'm'))
  expect(said).toMatch(/^WRONG {2}proxy +another one is asked for localhost, too/m)
  expect(said).toMatch(/^WRONG {2}SSL_CERT_FILE +names \/nowhere\.pem, which is not there\n +→ Unset SSL_CERT_FILE/m)
  expect(said).toMatch(/\n3 things are wrong\.\n$/)
  expect(code).toBe(1)
})

test('reads a config file as a start does, and goes on where it is wrong', async () => {
  const folder = await mkdtemp(join(cwd, 'wrong-'))
  await writeFile(join(folder, 'grantbox.config.yaml'), 'port: many\n')
  const { code, said } = await doctor({}, [], folder)
  expect(said).toMatch(/^WRONG {2}config +grantbox\.config\.yaml: port: expected .+, got "many"\n +→ Until it is mended/m)
  expect(said).toContain('1 thing is wrong.')
  expect(code).toBe(1)
})

test('says what is missing where nothing runs yet, and whom a wrong token keeps out', async () => {
  const folder = await mkdtemp(join(cwd, 'new-'))
  const found = await told({ GRANTBOX_PORT: '1' }, folder)
  expect(found('data')).toMatchObject({ state: 'ok', said: `${join(folder, '.grantbox')} is made at the first start` })
  expect(found('authority')).toMatchObject({ state: 'note' })
  const kept = await told({ GRANTBOX_URL: server.url })
  expect(kept('running')).toMatchObject({ state: 'wrong', mend: 'Where it has an admin token, set GRANTBOX_ADMIN_TOKEN to it.' })
})
