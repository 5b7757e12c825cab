import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { StartInfo } from '../../src/start/info.ts'
import { type Running, runCommand, spawnCommand } from '../support/command-line.ts'

let cwd: string
const running: Running[] = []

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'grantbox-start-'))
})

afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGKILL')
    await child.ended
  }
})

afterAll(() => rm(cwd, { recursive: true }))

function start(...argv: string[]): Running {
  const child = spawnCommand(['start', '--port', '0', '--db', ':memory:', ...argv], { cwd })
  running.push(child)
  return child
}

test('prints the banner, answers, and ends with exit code 0 on SIGTERM', async () => {
  const child = start()
  await child.said('Ctrl-C')
  child.kill('SIGTERM')
  const { code, stdout, stderr } = await child.ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/Address +http:\/\/localhost:\d+ +https:\/\/localhost:\d+/)
  expect(stdout).toMatch(/Sandbox +iokids/)
  expect(stdout).toMatch(/iok-cid-findfluffy +secret +iok-cse-findfluffy/)
  expect(stdout).not.toMatch(/undefined|\p{Cc}\[/u)
})

test('tells which settings of the file have no effect', async () => {
  const config = JSON.stringify({ sandboxes: { pbx: { provider: 'wildix', settings: { session_ttl: '1h', access_token_ttl: '1h' } } } })
  const child = spawnCommand(['start', '--port', '0', '--db', ':memory:'], { cwd, env: { GRANTBOX_CONFIG_INLINE: config } })
  running.push(child)
  await child.said('Ctrl-C')
  child.kill('SIGTERM')
  expect((await child.ended).stderr).toBe('Sandbox pbx: The setting session_ttl is without effect: this provider has no sessions.\n')
})

test.each<[why: string, argv: string[], settings: object, warns: boolean]>([
  ['this machine alone', [], {}, false],
  ['this machine by another name', ['--public-url', 'http://auth.localhost:9400', '--internal-url', 'http://[::1]:9400'], {}, false],
  ['every interface', ['--host', '0.0.0.0', '--admin-token', 'sesame'], {}, true],
  ['a proxy here, behind which all seem to be here', ['--trust-proxy', 'loopback', '--admin-token', 'sesame'], {}, true],
  ['a public address elsewhere', ['--public-url', 'https://auth.example', '--admin-token', 'sesame'], {}, true],
  ['an address for containers', ['--internal-url', 'http://grantbox:9400', '--admin-token', 'sesame'], {}, true],
  ['a public address of the sandbox alone', [], { public_url: 'https://auth.example' }, true],
])('warns of auto_sign_in where others can reach it: %s', async (_why, argv, settings, warns) => {
  const config = JSON.stringify({ sandboxes: { open: { provider: 'standard', settings: { auto_sign_in: 'alice', ...settings } } } })
  const child = spawnCommand(['start', '--port', '0', '--db', ':memory:', ...argv], { cwd, env: { GRANTBOX_CONFIG_INLINE: config } })
  running.push(child)
  await child.said('Ctrl-C')
  child.kill('SIGTERM')
  const { stderr } = await child.ended
  expect(stderr).toBe(warns ? 'Sandbox open signs everybody in who can reach it, without a password (auto_sign_in: alice).\n' : '')
})

test('warns of it when the config file changes, too', async () => {
  const file = join(cwd, 'changing.json')
  await writeFile(file, '{}')
  const child = start('--config', file, '--trust-proxy', 'loopback', '--admin-token', 'sesame')
  await child.said('Ctrl-C')
  await writeFile(file, JSON.stringify({ sandboxes: { open: { provider: 'standard', settings: { auto_sign_in: 'alice' } } } }))
  await child.said('The config file was applied.')
  child.kill('SIGTERM')
  expect((await child.ended).stderr).toContain('Sandbox open signs everybody in who can reach it')
})

test('--json prints the same facts as one line, and what it names answers', async () => {
  const child = start('--json', '--provider', 'standard')
  await child.said('\n')
  const info = JSON.parse(child.stdout()) as StartInfo
  expect(info).toMatchObject({ default_sandbox: 'standard', url: expect.stringMatching(/^http:\/\/localhost:\d+$/) })
  expect((await fetch(`${info.url}/_grantbox/health`)).status).toBe(200)
  const health = await runCommand(['health', '--url', info.url], { cwd })
  expect(health).toMatchObject({ code: 0 })
})

test('SIGINT ends it though a client keeps its connection open', async () => {
  const child = start('--json')
  await child.said('\n')
  const { url } = JSON.parse(child.stdout()) as StartInfo
  const kept = request(`${url}/_grantbox/health`, { headers: { connection: 'keep-alive' } })
  await new Promise<void>((resolve, reject) =>
    kept
      .on('error', reject)
      .on('response', (response) => response.resume().on('end', resolve))
      .end(),
  )
  child.kill('SIGINT')
  expect(await child.ended).toMatchObject({ code: 0, stderr: '' })
})

test('a port that is taken stops the start with a sentence, not a stack', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as AddressInfo
  const { code, stdout, stderr } = await runCommand(['--host', '127.0.0.1', '--port', String(port), '--db', ':memory:'], { cwd })
  await new Promise((resolve) => taken.close(resolve))
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain(String(port))
  expect(stderr.trim().split('\n')).toHaveLength(1)
})

test('a provider that is not there stops the start with a sentence, not a stack', async () => {
  const { code, stderr } = await runCommand(['--port', '0', '--db', ':memory:', '--provider', 'nobody'], { cwd })
  expect(code).toBe(1)
  expect(stderr).toContain('nobody')
  expect(stderr).not.toMatch(/\n\s+at /)
})
