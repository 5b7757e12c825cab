import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { App } from '../../examples/app.ts'
import { startWebApp } from '../../examples/web-app.ts'
import { type Hint, startGrantbox } from '../../src/index.ts'
import { findChromium } from '../support/chromium.ts'
import { freePort } from '../support/real-server.ts'

const root = join(import.meta.dirname, '../..')
let folder: string

/** How each folder's client is graded: by what its own requests prove, by an exam, by one in `judges/`; `data` has none. */
const graded = {
  vitest: 'hints',
  'node-test': 'hints',
  playwright: 'hints',
  jest: 'hints',
  social: 'hints',
  exam: 'exam',
  pytest: 'judge',
  providers: 'data',
  tenants: 'data',
  unchanged: 'data',
} as const

/** `grantbox`, which looks at what the requests of each sandbox prove before it closes. */
const source = JSON.stringify(join(root, 'src/index.ts'))
const grading = `
import { appendFileSync } from 'node:fs'
import { startGrantbox as start } from ${source}
export * from ${source}
export async function startGrantbox(options) {
  const box = await start(options)
  async function close() {
    for (const sandbox of await box.sandboxes()) {
      const { length: requests } = await sandbox.requests.list()
      appendFileSync('seen.jsonl', JSON.stringify({ requests, hints: await sandbox.hints() }) + '\\n')
    }
    await box.close()
  }
  return { ...box, close }
}`

/** The same after a command under `grantbox run`, of each vendor whose sandbox was asked. */
const gradingRun = `
import { spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { connectGrantbox } from ${source}
const { status } = spawnSync(process.execPath, process.argv.slice(2), { stdio: 'inherit' })
const box = await connectGrantbox(process.env.GRANTBOX_URL)
for (const sandbox of await box.sandboxes()) {
  const { length: requests } = await sandbox.requests.list()
  appendFileSync('seen.jsonl', JSON.stringify({ requests, hints: await sandbox.hints() }) + '\\n')
}
process.exitCode = status`

/** A project as a reader would have it: the examples, their packages, and `grantbox` among those. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grantbox-examples-'))
  await cp(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
  const modules = join(folder, 'node_modules')
  await mkdir(join(modules, 'grantbox'), { recursive: true })
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name !== '.bin' && name !== '.vite') await symlink(join(root, 'node_modules', name), join(modules, name))
  }
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(modules, 'grantbox/package.json'), '{ "name": "grantbox", "type": "module", "exports": "./index.js" }')
  await writeFile(join(modules, 'grantbox/index.js'), grading)
})

afterAll(() => rm(folder, { recursive: true }))

function run(argv: string[], env: Record<string, string | undefined> = {}): Promise<{ code: number | null; output: string }> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(NODE_|VITEST|GRANTBOX_)/.test(name))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { cwd: folder, env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...env } })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** What the last suite asked, and which musts its requests broke. */
async function seen(): Promise<{ requests: number; broken: readonly Hint[] }> {
  const file = join(folder, 'seen.jsonl')
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  await rm(file)
  const sandboxes = lines.map((line): { requests: number; hints: Hint[] } => JSON.parse(line))
  const broken = sandboxes.flatMap(({ hints }) => hints.filter(({ level }) => level === 'must'))
  return { requests: sandboxes.reduce((sum, { requests }) => sum + requests, 0), broken }
}

const breaksNothing = { requests: expect.toSatisfy((count: number) => count > 1), broken: [] }

test('the Vitest suite passes', async () => {
  const { code, output } = await run([join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'examples/vitest', '--no-color'])
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests\s+3 passed/) })
  expect(await seen()).toEqual(breaksNothing)
}, 120_000)

test('the node:test suite passes', async () => {
  const { code, output } = await run(['--test', 'examples/node-test/sign-in.test.js'])
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/pass 2\n.*fail 0/s) })
  expect(await seen()).toEqual(breaksNothing)
}, 120_000)

test('the Playwright tests pass', async () => {
  const { executablePath, env } = await findChromium()
  const { code, output } = await run(['--test', 'examples/playwright/sign-in.test.ts'], {
    ...env,
    CHROMIUM: executablePath,
    CHROMIUM_FLAGS: '--disable-gpu --no-first-run --disable-background-networking',
  })
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/pass 2\n.*fail 0/s) })
  expect(await seen()).toEqual(breaksNothing)
}, 120_000)

test('the app that signs in with Google, GitHub and Apple does, under grantbox run, and knows nothing of it', async () => {
  const social = join(folder, 'examples/social')
  const port = String(await freePort())
  for (const name of await readdir(social)) {
    const text = await readFile(join(social, name), 'utf8')
    if (/^(server|apple-secret|sign-in\.test)\.js$|^package\.json$/.test(name)) expect(text).not.toMatch(/grantbox/i)
    // Somebody may have the usual port already.
    await writeFile(join(social, name), text.replaceAll('localhost:3000', `localhost:${port}`))
  }
  const { executablePath, env } = await findChromium()
  await writeFile(join(folder, 'graded.mjs'), gradingRun)
  const test = ['--', process.execPath, 'graded.mjs', '--test', 'examples/social/sign-in.test.js']
  const { code, output } = await run([join(root, 'src/cli/main.ts'), 'run', '--config', 'examples/social/grantbox.config.yaml', ...test], {
    ...env,
    PORT: port,
    CHROMIUM: executablePath,
    CHROMIUM_FLAGS: '--disable-gpu --no-first-run --disable-background-networking',
  })
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/pass 3\n.*fail 0/s) })
  expect(await seen()).toEqual(breaksNothing)
}, 120_000)

test('the suite that examines the app passes', async () => {
  const { code, output } = await run([join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'examples/exam', '--no-color'])
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests\s+\d{2,} passed/) })
}, 120_000)

/** Each app that signs in by OpenID Connect is examined where it stands. */
test('the web site passes its exam, each must of it by more than silence', async () => {
  const site = `http://127.0.0.1:${await freePort()}`
  const app = [
    '--signed-in',
    'GET /me is 200',
    '--whoami',
    'GET /me json /sub',
    '--api',
    '/profile',
    '--logout',
    '/logout',
    '--return-to',
    'returnTo',
  ]
  const here = [
    '--port',
    String(await freePort()),
    '--ready',
    `${site}/`,
    '--require',
    '80',
    '--report',
    'json=report.json,attestation=exam.jwt,badge=exam.svg',
  ]
  // As the README has it, at a free port, and told all that it may look at.
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const [, line = ''] = /`npx grantbox (exam [^`]+)`/.exec(readme) ?? []
  const [asked = '', begin = ''] = line.replace('http://127.0.0.1:3000', site).split(" --signed-in 'GET /me is 200' -- ")
  const start = ['--', ...begin.replace(/^node /, `${process.execPath} `).split(' ')]
  const { code, output } = await run([join(root, 'src/cli/main.ts'), ...asked.split(' '), ...app, ...here, ...start], {
    PORT: new URL(site).port,
  })
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/0 failed/) })
  const { rules } = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'))
  expect(rules.filter((rule: { proof?: string }) => rule.proof === 'silence')).toEqual([])
  expect(await readFile(join(folder, 'exam.jwt'), 'utf8')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  expect(await readFile(join(folder, 'exam.svg'), 'utf8')).toContain('oidc: passed on ')
}, 120_000)

test('whoever comes to the web site before it has found its provider waits', async () => {
  const user = { signInUrl: async () => 'http://provider.example/', another: () => user } as unknown as App
  const [called, found] = [Promise.withResolvers<string>(), Promise.withResolvers<App>()]
  const started = startWebApp((redirect_uri) => {
    called.resolve(redirect_uri)
    return found.promise
  })
  const site = await called.promise
  const login = fetch(new URL('/login', site), { redirect: 'manual' })
  expect((await fetch(new URL('/', site))).status).toBe(200)
  found.resolve(user)
  expect((await login).status).toBe(303)
  const { close } = await started
  close()
})

const jest = jestPath()

// Jest is run where somebody has put it: with it in the lock file npm ci fails on machines whose registry lacks one of the
// native bindings that it may choose from.
test('the Jest suite passes', async ({ skip }) => {
  if (jest === undefined) skip('jest is not installed; npm install --no-save jest')
  const { code, output } = await run([jest ?? '', '--config', 'examples/jest/jest.config.mjs', '--rootDir', 'examples/jest'])
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests:\s+1 passed/) })
  expect(await seen()).toEqual(breaksNothing)
}, 120_000)

/** What the suite has of Jest. */
const standIn = `
const assert = require('node:assert')
const { beforeEach, test } = require('node:test')
module.exports = { beforeEach, test, expect: (value) => ({ toEqual: (wanted) => assert.deepEqual(value, wanted) }) }`

test('what the Jest suite asks is right, also where Node’s own runner has to stand in', async ({ skip }) => {
  if (jest !== undefined) skip('Jest itself runs it')
  const globals = join(folder, 'stand-in/@jest/globals')
  await mkdir(globals, { recursive: true })
  await writeFile(join(globals, 'package.json'), '{ "type": "commonjs" }')
  await writeFile(join(globals, 'index.js'), standIn)
  const box = await startGrantbox({ provider: 'standard' })
  onTestFinished(() => box.close())
  const env = { NODE_PATH: join(folder, 'stand-in'), GRANTBOX_URL: box.url }
  const { code, output } = await run(['--test', 'examples/jest/refresh.test.cjs'], env)
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/pass 1\n.*fail 0/s) })
  const [sandbox] = await box.sandboxes()
  expect((await sandbox?.hints())?.filter(({ level }) => level === 'must')).toEqual([])
}, 120_000)

test('no example is forgotten', async () => {
  const folders = (await readdir(join(root, 'examples'), { withFileTypes: true })).filter((one) => one.isDirectory())
  expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(graded).sort())
  for (const [name, how] of Object.entries(graded)) {
    const files = await readdir(join(root, 'examples', name))
    const programs = files.filter((file) => /\.([cm]?[jt]s|py)$/.test(file))
    const where = { data: '', judge: `judges/exam/${name}.test.ts`, hints: import.meta.filename, exam: import.meta.filename }[how]
    expect([name, programs.length > 0]).toEqual([name, how !== 'data'])
    if (where !== '') expect(await readFile(resolve(root, where), 'utf8')).toContain(`examples/${name}`)
  }
})

function jestPath(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('jest/bin/jest')
  } catch {
    return undefined
  }
}
