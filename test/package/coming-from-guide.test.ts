import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { runCli } from '../../src/cli/run-cli.ts'
import { listenOptions } from '../../src/cli/start.ts'
import { loadConfig } from '../../src/config/config.ts'
import { startGrantbox } from '../../src/index.ts'
import { listen } from '../../src/start/listen.ts'
import { Collector } from '../support/collector.ts'
import { AsyncFunction, readGuide } from '../support/guide.ts'
import { sectionsOf } from '../support/markdown.ts'

/** What the page says of grantbox is done: its programs, and its commands in a folder with the other servers' files. */

const guide = await readGuide('coming-from.md')
const box = await startGrantbox({ provider: 'standard' })
const folder = await mkdtemp(join(tmpdir(), 'grantbox-coming-'))
await cp(join(import.meta.dirname, '../data/imports'), folder, { recursive: true })
afterAll(async () => {
  await box.close()
  await rm(folder, { recursive: true })
})

test.each(guide.examples)('$title', async ({ code }) => {
  const program = code.replace("import { startGrantbox } from 'grantbox'\n", '')
  const execute = new AsyncFunction('assert', 'box', 'sandbox', 'startGrantbox', `${guide.setup}\n{\n${program}\n}`)
  await execute(assert, box, await box.createSandbox(), startGrantbox)
})

describe('the commands', () => {
  const commands = [...guide.text.matchAll(/^```sh run\n(.*?)^```$/gms)].flatMap(([, lines = '']) => lines.trim().split('\n'))

  test.each(commands)('%s', async (line) => {
    const [npx, name, ...argv] = line.split(' ')
    expect([npx, name]).toEqual(['npx', 'grantbox'])
    const [stdout, stderr] = [new Collector(), new Collector()]
    const code = await runCli({ argv, env: { GRANTBOX_URL: box.url }, cwd: folder, stdout, stderr })
    expect(code, String(stderr)).toBe(0)
    const out = argv[argv.indexOf('--out') + 1] ?? ''
    if (argv.includes('--out')) expect(await readFile(join(folder, out), 'utf8')).toMatch(/^(providers|sandboxes):/m)
    else expect(String(stdout)).toMatch(/ is (at http|in sandbox)/)
  })
})

describe('the starts', () => {
  /** What answers by discovery, once what the commands above wrote is started in the peer's place. */
  const started: Record<string, string> = {
    '--config identity.yaml --provider oidc-mock': '/connect/token',
    '--config grantbox.config.yaml --port 5556': '/dex/token',
    '--provider keycloak --port 8080 --import-realm ./realms': '/realms/shop/protocol/openid-connect/token',
  }
  const starts = [...guide.text.matchAll(/(?:^|`)npx grantbox (--(?:config|provider)[^#`\n]*)/gm)].map(([, line = '']) => line.trim())

  test('are those that are tried', () => expect(starts).toEqual(Object.keys(started)))

  test.each(starts)('%s', async (line) => {
    await cp(join(folder, 'realm-export.json'), join(folder, 'realms/realm-export.json'))
    const config = await loadConfig({ argv: line.replace('./realms', join(folder, 'realms')).split(' '), env: {}, cwd: folder })
    const { origin, close } = await listen({ ...listenOptions(config), port: 0, db: ':memory:', dataDir: folder })
    onTestFinished(() => close(0))
    const endpoint = started[line] ?? ''
    const issuer = origin + endpoint.replace(/\/(connect|protocol\/openid-connect)?\/?token$/, '')
    const answer = await fetch(`${issuer}/.well-known/openid-configuration`)
    expect(await answer.json()).toMatchObject({ issuer, token_endpoint: origin + endpoint })
  })
})

test('each peer has the same tasks, and an import where it has a file', () => {
  const peers = sectionsOf(join(import.meta.dirname, '../../docs/coming-from.md')).filter(({ text }) => /^## (?!What)/.test(text))
  expect(peers).toHaveLength(6)
  for (const { text, anchor } of peers) {
    for (const task of [/^### Start it in tests/m, /[Tt]oken/, /[Cc]laims/, /[Ee]xpir.*fail/, /users/i, /^### What is stricter than/m])
      expect(text, anchor).toMatch(task)
    if (!anchor.startsWith('oauth2-mock-server')) expect(text, anchor).toMatch(/^### Import of/m)
  }
})
