import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { startGrantbox } from '../../src/index.ts'
import { freePort } from '../support/real-server.ts'

/** `grantbox … | head -1` closes the pipe when it has its line, and what is still written is for nobody. */

const main = process.env.GRANTBOX_TEST_PROGRAM ?? join(import.meta.dirname, '../../src/cli/main.ts')

const folder = await mkdtemp(join(tmpdir(), 'grantbox-pipe-'))
afterAll(() => rm(folder, { recursive: true }))
const document = join(folder, 'discovery.json')
await writeFile(
  document,
  JSON.stringify({ issuer: 'https://a.example', authorization_endpoint: 'https://a.example/a', token_endpoint: 'https://a.example/t' }),
)

async function cut(argv: readonly string[], closed: 'stdout' | 'stderr' | 'both') {
  const cwd = await mkdtemp(join(tmpdir(), 'grantbox-pipe-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  const child = spawn(process.execPath, [main, ...argv], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const name of ['stdout', 'stderr'] as const) {
    if (closed === name || closed === 'both') child[name].destroy()
    else
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
  }
  return { child, said: () => said, ended: new Promise<number | null>((resolve) => child.on('close', resolve)) }
}

test.each([...Object.keys(commands).map((name) => `${name} --help`), 'schema', '--version', 'help'])(
  'grantbox %s ends well when nobody reads its output',
  async (line) => {
    const { said, ended } = await cut(line.split(' '), 'stdout')
    expect([await ended, said()]).toEqual([0, ''])
  },
)

test('a command that fails says so by its exit code alone when nobody reads its words', async () => {
  const { said, ended } = await cut(['statr'], 'both')
  expect([await ended, said()]).toEqual([1, ''])
})

test('a server goes on when nobody reads its banner', async () => {
  const port = String(await freePort())
  const { child, ended } = await cut(['start', '--port', port, '--db', ':memory:', '--json'], 'stdout')
  const health = () => fetch(`http://localhost:${port}/_grantbox/health`).then(({ status }) => status)
  await expect.poll(() => health().catch(() => 0), { timeout: 20_000 }).toBe(200)
  // The banner is written when it listens, and that nobody reads it is heard soon after.
  await setTimeout(300)
  expect([child.exitCode, await health()]).toEqual([null, 200])
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})

const box = await startGrantbox({ provider: 'standard' })
afterAll(() => box.close())

/** How each command says something in earnest; `start` is above, and an exam needs an app. */
const calls: Record<Exclude<keyof typeof commands, 'start' | 'exam'>, string> = {
  run: `run -- ${process.execPath} --version`,
  providers: 'providers --url URL',
  env: 'env --url URL',
  token: 'token --url URL',
  secret: 'secret --url URL --sandbox apple',
  users: 'users generate --url URL --count 300',
  postman: 'postman --url URL',
  reset: 'reset --url URL',
  ca: 'ca',
  init: 'init --yes',
  import: 'import discovery.json --url URL',
  provider: 'provider import discovery.json',
  schema: 'schema',
  doctor: 'doctor --url URL',
  health: 'health --url URL',
}

test.each(Object.values(calls))('grantbox %s does its work when nobody reads what it says', async (line) => {
  const argv = line.split(' ').map((word) => (word === 'URL' ? box.url : word === 'discovery.json' ? document : word))
  const { said, ended } = await cut(argv, 'stdout')
  expect([await ended, said()]).toEqual([0, expect.not.stringContaining('    at ')])
})
