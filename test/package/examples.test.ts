import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { freePort } from '../support/real-server.ts'

const root = join(import.meta.dirname, '../..')
let folder: string

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
  await writeFile(join(modules, 'grantbox/index.js'), `export * from ${JSON.stringify(join(root, 'src/index.ts'))}`)
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

test('the Vitest suite passes', async () => {
  const { code, output } = await run([join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'examples/vitest', '--no-color'])
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests\s+3 passed/) })
}, 120_000)

test('the node:test suite passes', async () => {
  const { code, output } = await run(['--test', 'examples/node-test/sign-in.test.js'])
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/pass 2\n.*fail 0/s) })
}, 120_000)

test('the Playwright tests pass', async () => {
  const { executablePath, env } = await findChromium()
  const { code, output } = await run(['--test', 'examples/playwright/sign-in.test.ts'], {
    ...env,
    CHROMIUM: executablePath,
    CHROMIUM_FLAGS: '--disable-gpu --no-first-run --disable-background-networking',
  })
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/pass 2\n.*fail 0/s) })
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
  const test = ['--', process.execPath, '--test', 'examples/social/sign-in.test.js']
  const { code, output } = await run([join(root, 'src/cli/main.ts'), 'run', '--config', 'examples/social/grantbox.config.yaml', ...test], {
    ...env,
    PORT: port,
    CHROMIUM: executablePath,
    CHROMIUM_FLAGS: '--disable-gpu --no-first-run --disable-background-networking',
  })
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/pass 3\n.*fail 0/s) })
}, 120_000)

test('the suite that examines the app passes', async () => {
  const { code, output } = await run([join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'examples/exam', '--no-color'])
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests\s+\d{2,} passed/) })
}, 120_000)

/** Each app that signs in by OpenID Connect is examined where it stands. */
test('the web site passes its exam, each must of it by more than silence', async () => {
  const site = `http://127.0.0.1:${await freePort()}`
  const app = ['--signed-in', 'GET /me is 200', '--whoami', 'GET /me json /sub', '--api', '/profile', '--logout', '/logout']
  const here = ['--port', String(await freePort()), '--ready', `${site}/`, '--require', '80', '--report', 'json=report.json']
  const start = ['--', process.execPath, 'examples/exam/start.ts']
  const { code, output } = await run([join(root, 'src/cli/main.ts'), 'exam', `${site}/login`, ...app, ...here, ...start], {
    PORT: new URL(site).port,
  })
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/0 failed/) })
  const { rules } = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'))
  expect(rules.filter((rule: { proof?: string }) => rule.proof === 'silence')).toEqual([])
}, 120_000)

const jest = jestPath()

// Jest is run where somebody has put it: with it in the lock file npm ci fails on machines whose registry lacks one of the
// native bindings that it may choose from.
test('the Jest suite passes', async ({ skip }) => {
  if (jest === undefined) skip('jest is not installed; npm install --no-save jest')
  const { code, output } = await run([jest ?? '', '--config', 'examples/jest/jest.config.mjs', '--rootDir', 'examples/jest'])
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests:\s+1 passed/) })
}, 120_000)

function jestPath(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('jest/bin/jest')
  } catch {
    return undefined
  }
}
