import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { runCli } from '../../src/cli/run-cli.ts'
import { loadConfig } from '../../src/config/config.ts'
import { startGrantbox } from '../../src/index.ts'
import { providers, vendors } from '../../src/providers/registry.ts'
import type { SandboxDeclaration } from '../../src/sandbox/declared.ts'
import { commandExists } from '../support/child.ts'
import { findChromium } from '../support/chromium.ts'
import { Collector } from '../support/collector.ts'
import { program } from '../support/command-line.ts'
import { composeProblems } from '../support/compose.ts'
import { start } from '../support/server.ts'

/** What init writes into a project works as it is. */

const root = join(import.meta.dirname, '../..')
/** What a project imports: of what was built, where that is what the tests run on. */
const library = join(dirname(program), '../index').concat(extname(program))
let folder: string

/** A place for projects that have grantbox installed, and what the tests of it run on. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grantbox-init-'))
  const modules = join(folder, 'node_modules')
  await mkdir(join(modules, 'grantbox'), { recursive: true })
  await symlink(join(root, 'node_modules/vitest'), join(modules, 'vitest'))
  await writeFile(join(modules, 'grantbox/package.json'), '{ "name": "grantbox", "type": "module", "exports": "./index.js" }')
  await writeFile(join(modules, 'grantbox/index.js'), `export * from ${JSON.stringify(library)}`)
})

afterAll(() => rm(folder, { recursive: true }))

/** Runs `grantbox init` in a project. @param typed what somebody answers at a terminal */
async function init(project: string, argv: string[], typed?: string) {
  const cwd = join(folder, project)
  await mkdir(cwd, { recursive: true })
  const [stdin, stdout, stderr] = [new PassThrough(), new Collector(), new Collector()]
  stdin.end(typed ?? '')
  const code = await runCli({
    argv: ['init', ...argv],
    env: {},
    cwd,
    stdin: () => Object.assign(stdin, { isTTY: typed !== undefined }),
    stdout,
    stderr,
  })
  return { code, cwd, stdout: String(stdout), stderr: String(stderr) }
}

function node(argv: string[], cwd = folder): Promise<{ code: number | null; output: string }> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(NODE_|VITEST|GRANTBOX_)/.test(name))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { cwd, env: { ...Object.fromEntries(inherited), NO_COLOR: '1' } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

const names = [...providers.keys(), ...vendors.map(({ id }) => id)]

describe('for each provider', () => {
  test('the config file declares what a start takes', async () => {
    const all: SandboxDeclaration[] = []
    for (const name of names) {
      const { code, cwd, stdout } = await init(name, ['--yes', '--provider', name, '--framework', 'node'])
      const wrote = ['grantbox.config.yaml', 'compose.grantbox.yaml', 'test/grantbox.test.mjs'].map((path) => `Wrote ${path}\n`).join('')
      expect([code, stdout]).toEqual([0, expect.stringContaining(wrote)])
      const { declared, provider } = await loadConfig({ argv: [], env: {}, cwd })
      expect(provider).toBe(name)
      all.push(...(declared?.sandboxes ?? []))
    }
    const { server } = await start({ declared: { providers: [], sandboxes: all } })
    for (const name of names)
      expect(server.sandboxes.find(name)?.directory.findUser('ada'), name).toMatchObject({ email: 'ada@example.com' })
  })

  /** One of each kind: secrets in the header or the form, a state that is asked for, realms, keys for secrets, no client at all. */
  const kinds = ['standard', 'github', 'okta', 'keycloak', 'apple', 'wildix']

  test('the example passes under node:test', async () => {
    // The oldest Node.js has a process for each.
    const together = process.allowedNodeEnvironmentFlags.has('--test-isolation') ? ['--test-isolation=none'] : []
    const { code, output } = await node(['--test', ...together, ...kinds.map((name) => `${name}/test/grantbox.test.mjs`)])
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(new RegExp(`pass ${2 * kinds.length}\\n.*fail 0`, 's')) })
  }, 120_000)
})

test('the Vitest example passes, the compose file is one, and the next command is told', async () => {
  await mkdir(join(folder, 'app'))
  await writeFile(join(folder, 'app/package.json'), '{ "type": "module", "devDependencies": { "vitest": "*" } }')
  const { cwd, stdout } = await init('app', [])
  expect(stdout).toContain('Next:\n  npm install --save-dev grantbox\n  npx vitest run test/grantbox.test.ts\n')
  const { code, output } = await node([join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--no-color'], cwd)
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests\s+2 passed/) })
  const compose = parse(await readFile(join(cwd, 'compose.grantbox.yaml'), 'utf8'))
  expect(await composeProblems(compose)).toEqual([])
  const { ports, environment } = compose.services.grantbox
  expect([ports, environment.GRANTBOX_PUBLIC_URL]).toEqual([['127.0.0.1:9400:9400'], 'http://localhost:9400'])
}, 120_000)

describe('the examples that ask the control API', () => {
  test('of Jest, as any runner that has test and expect', async () => {
    const { cwd } = await init('jest', ['--yes', '--framework', 'jest', '--provider', 'github'])
    await using box = await startGrantbox({ provider: 'standard' })
    const shim = `globalThis.expect = (value) => ({ toBeTruthy: () => require('node:assert').ok(value) })
      globalThis.test = (name, work) => require('node:test').test(name, work)
      process.env.GRANTBOX_URL = '${box.url}'
      require('./test/grantbox.test.cjs')`
    const { code, output } = await node(['-e', shim], cwd)
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/pass 1/) })
  })

  test('of pytest, called as pytest would', async ({ skip }) => {
    if (!commandExists('python3')) skip('there is no Python')
    const { cwd } = await init('py', ['--yes', '--framework', 'pytest'])
    const script = ['python3', '-c', 'import test_grantbox; test_grantbox.test_an_app_gets_a_token(); print("passed")']
    const { code, output } = await node([program, 'run', '--', ...script], join(cwd, 'tests'))
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('passed') })
  }, 60_000)

  test('of Playwright signs in with a real browser, and is refused where no page signs users in', async () => {
    const { executablePath, env } = await findChromium()
    const launched = JSON.stringify({ executablePath, env: { ...process.env, ...env } })
    await mkdir(join(folder, 'node_modules/@playwright/test'), { recursive: true })
    await writeFile(
      join(folder, 'node_modules/@playwright/test/index.mjs'),
      `import { chromium } from ${JSON.stringify(join(root, 'node_modules/playwright-core/index.mjs'))}
      import assert from 'node:assert'
      import { after, before, test as run } from 'node:test'
      export const expect = (value) => ({ toBeTruthy: () => assert.ok(value) })
      export const test = (name, work) => run(name, async () => {
        const browser = await chromium.launch(${launched})
        await work({ page: await browser.newPage() }).finally(() => browser.close())
      })
      Object.assign(test, { beforeAll: before, afterAll: after })`,
    )
    await writeFile(join(folder, 'node_modules/@playwright/test/package.json'), '{ "exports": "./index.mjs" }')
    const typed = process.allowedNodeEnvironmentFlags.has('--experimental-strip-types') ? ['--experimental-strip-types'] : []
    const { cwd } = await init('pw', ['--yes', '--framework', 'playwright', '--provider', 'okta'])
    const passed = await node([...typed, '--test', '--test-timeout=20000', 'tests/grantbox.spec.ts'], cwd)
    expect(passed).toEqual({ code: 0, output: expect.stringMatching(/pass 1/) })
    const { code, stderr } = await init('pw2', ['--yes', '--framework', 'playwright', '--provider', 'wildix'])
    expect([code, stderr]).toEqual([1, expect.stringContaining('expected another than playwright')])
  }, 60_000)
})

describe('it', () => {
  test('overwrites nothing, and says what is there; --force does', async () => {
    const { cwd } = await init('twice', ['--yes'])
    await writeFile(join(cwd, 'grantbox.config.yaml'), 'mine')
    await rm(join(cwd, 'test'), { recursive: true })
    const again = await init('twice', ['--yes'])
    expect([again.code, again.stderr]).toEqual([
      1,
      'grantbox init: grantbox.config.yaml, compose.grantbox.yaml are there already, and nothing was written; --force writes in their place\n',
    ])
    expect(await readdir(cwd)).toEqual(['compose.grantbox.yaml', 'grantbox.config.yaml'])
    expect((await init('twice', ['--yes', '--force'])).code).toBe(0)
    expect(await readFile(join(cwd, 'grantbox.config.yaml'), 'utf8')).toContain('provider: standard')
  })

  test('tells to install grantbox where the project does not yet', async () => {
    await mkdir(join(folder, 'has'))
    await writeFile(join(folder, 'has/package.json'), '{ "devDependencies": { "grantbox": "*" } }')
    expect((await init('has', ['--yes'])).stdout).toContain('Next:\n  node --test test/grantbox.test.mjs\n')
    expect((await init('has-not', ['--yes'])).stdout).toContain('Next:\n  npm install --save-dev grantbox\n  node --test')
  })

  test('asks at a terminal what no flag says, until it is one of those there are', async () => {
    const { stdout, cwd } = await init('asked', ['--dir', 'sub'], 'gogle\ngoogle\n\n')
    expect(stdout).toContain('Which provider? (standard, iokids')
    expect(stdout).toContain('unknown answer; did you mean google?')
    expect(stdout).toContain('What runs your tests? (vitest, jest, playwright, pytest, node) [node]')
    expect(stdout).toContain('Wrote sub/grantbox.config.yaml\n')
    expect(stdout).toContain('Next:\n  cd sub\n')
    expect(await readFile(join(cwd, 'sub/grantbox.config.yaml'), 'utf8')).toContain('provider: google')
    const half = await init('half', ['--provider', 'github'], 'pytest')
    expect(half.stdout).not.toContain('Which provider?')
    expect(half.stdout).toContain('Wrote tests/test_grantbox.py\n')
  })

  test.each<[string[], string]>([
    [['--provider', 'gogle'], 'flag --provider: expected one of standard, iokids'],
    [['--framework', 'mocha'], 'flag --framework: expected one of vitest, jest, playwright, pytest, node, got "mocha"'],
    [['--yess'], 'did you mean --yes?'],
    [['now'], 'expected a flag'],
  ])('refuses %j', async (argv, message) => {
    const { code, stderr, cwd } = await init('refused', argv)
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
    expect(await readdir(cwd)).toEqual([])
  })
})
