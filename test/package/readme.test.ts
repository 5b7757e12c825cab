import { globSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runCli } from '../../src/cli/run-cli.ts'
import { providers, vendors } from '../../src/providers/registry.ts'
import { describedSandboxes } from '../../src/start/info.ts'
import { cleanEnvironment, commandExists, currentNode, runProgram } from '../support/child.ts'
import { start } from '../support/server.ts'

/** The manual says what the program does. */

const root = join(import.meta.dirname, '../..')
const readme = await readFile(join(root, 'README.md'), 'utf8')
const page = (name: string) => readFile(join(root, 'docs', name), 'utf8')
const [dependencyPage, guide, controlApi] = await Promise.all(['dependencies.md', 'postman.md', 'control-api.md'].map(page))

/** What stands between `<!-- name -->` and `<!-- /name -->`. */
function section(name: string, page = readme): string {
  return page.split(`<!-- ${name} -->\n`)[1]?.split(`<!-- /${name} -->`)[0] ?? ''
}

test('each direct dependency has a line that says why', async () => {
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  const listed = [...section('dependencies', dependencyPage).matchAll(/^- `([^`]+)`: \S/gm)].map(([, name]) => name)
  expect(listed.toSorted()).toEqual([...Object.keys(dependencies), ...Object.keys(devDependencies)].toSorted())
})

test('each provider is told of', () => {
  const listed = [...section('providers').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name)
  expect(listed.toSorted()).toEqual([...providers.keys(), ...vendors.map(({ id }) => id)].toSorted())
})

test('how faithful each provider is, is what has looked at it', () => {
  const rows = [...section('providers').matchAll(/^\| `([^`]+)` \|.*\| ([^|]+) \|$/gm)]
  const has = (pattern: string) => globSync(pattern, { cwd: root }).length > 0
  expect(rows.length).toBeGreaterThan(15)
  for (const [, name = '', how = ''] of rows) {
    // Scenarios that a real server was asked, and clients of others that sign in.
    expect(how.includes('recorded'), name).toBe(has(`test/data/recordings/${name}/*.yaml`))
    expect(how.includes('judged'), name).toBe(name === 'standard' || has(`judges/${name}/*.test.ts`))
    expect(how.includes('documents alone'), name).toBe(!/recorded|judged/.test(how))
    if (has(`docs/vendors/${name}.md`)) expect(section('providers')).toContain(`](docs/vendors/${name}.md)`)
  }
})

describe('each way in works as it is written', () => {
  const ways = [...section('ways').matchAll(/^\| .*? \| `npx grantbox ([^`]+)` \|/gm)].map(([, line = '']) => line)
  const main = join(root, 'src/cli/main.ts')

  test('and there are four, of which the exam is taken with the examples', async () => {
    expect(ways.map((line) => line.split(' ')[0])).toEqual(['postman', 'init', 'run', 'exam'])
    expect(ways[3]).toBe("exam http://127.0.0.1:3000/login --signed-in 'GET /me is 200' -- node examples/exam/start.ts")
    expect(await readFile(join(root, 'test/package/examples.test.ts'), 'utf8')).toContain('/`npx grantbox (exam ')
  })

  test('Postman, and a test suite', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'grantbox-ways-'))
    onTestFinished(() => rm(cwd, { recursive: true }))
    const { url } = await start()
    const context = { cwd, env: { GRANTBOX_URL: url }, stdout: new PassThrough(), stderr: new PassThrough() }
    for (const line of ways.slice(0, 2)) expect(await runCli({ ...context, argv: line.split(' ') })).toBe(0)
    expect((await readdir(cwd)).sort()).toEqual(
      ['compose.grantbox.yaml', 'grantbox.config.yaml', 'iokids.postman_collection.json', 'iokids.postman_environment.json', 'test'].sort(),
    )
  })

  test('an unchanged client', async ({ skip }) => {
    if (!commandExists('curl')) skip('there is no curl')
    const answer = await runProgram(currentNode, [main, ...(ways[2] ?? '').split(' ')], { env: cleanEnvironment() })
    expect(JSON.parse(answer).issuer).toBe('https://accounts.google.com')
  }, 60_000)
})

test('the guide has the values that the start prints', async () => {
  const { server } = await start()
  const info = server.describe('http://localhost:9400')
  const sandbox = describedSandboxes(info).find(({ name }) => name === info.default_sandbox)
  const { redirect_uris = [] } = sandbox ? (server.sandboxes.find(sandbox.name)?.directory.listApps()?.[0] ?? {}) : {}
  const https = (url = '') => url.replace('http:', 'https:')
  const values = [
    sandbox?.clients[0]?.client_id,
    sandbox?.clients[0]?.client_secret,
    sandbox?.users[0]?.username,
    sandbox?.users[0]?.password,
    sandbox?.postman.collection,
    sandbox?.postman.environment,
    https(sandbox?.authorization_endpoint),
    https(sandbox?.token_endpoint),
    redirect_uris[0],
  ]
  for (const value of values) expect(guide).toContain(`\`${value}\``)
})

describe('the curl examples', () => {
  const commands = [...(controlApi ?? '').matchAll(/^curl .*$/gm)].map(([command]) => command)

  test('work, one after the other', async () => {
    const { url } = await start()
    expect(commands.length).toBeGreaterThan(5)
    for (const command of commands) {
      const { method, address, body } = parse(command)
      const response = await fetch(address.replace('http://localhost:9400', url), {
        method,
        ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
      })
      expect(response.ok, `${command}: ${await response.text()}`).toBe(true)
    }
  })
})

/** The part of curl's command line that the examples use. */
function parse(command: string): { method: string; address: string; body: string | undefined } {
  const body = /--json '([^']*)'/.exec(command)?.[1]
  const method = /-X ([A-Z]+)/.exec(command)?.[1] ?? (body === undefined ? 'GET' : 'POST')
  const address = /(http:[^\s']+)'?$/.exec(command)?.[1] ?? ''
  return { method, address, body }
}
