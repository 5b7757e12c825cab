import { expect, onTestFinished, test } from 'vitest'
import { startChromium } from '../../src/exam/browser/chromium-program.ts'
import { installedChromium } from '../../src/exam/browser/installed-chromium.ts'
import { readProbe } from '../../src/exam/browser/probe.ts'
import { connectGrantbox } from '../../src/index.ts'
import { findChromium } from '../support/chromium.ts'
import { examine } from '../support/exam-run.ts'
import { startSpa } from '../support/exam-spa.ts'
import { start } from '../support/server.ts'

test('an app that is scripts alone is examined by a Chromium, which sees what only they show', { timeout: 60_000 }, async () => {
  const server = await start({ defaultProvider: 'standard' })
  const box = await (await connectGrantbox(server.url)).createSandbox({ provider: 'standard' })
  const spa = await startSpa(box.issuer, 'exam')
  const { executablePath, env } = await findChromium()
  const chromium = await startChromium(executablePath, [], { ...process.env, ...env })
  onTestFinished(async () => {
    spa.close()
    await chromium.end()
  })
  const app = { login: `${spa.url}/login`, whoami: readProbe('GET / contains Hello {sub}', spa.url) }
  const only = ['callback-state-wrong', 'callback-once', 'callback-two-tabs', 'id-token-aud']
  const options = { client_secret: null, redirect_uri: `${spa.url}/callback`, profile: ['oidc'], only }
  const { exam, rules, controls } = await examine(box, server.url, app, options, (provider) => chromium.open(provider))
  expect([exam.void, controls.filter(({ ok }) => !ok)]).toEqual([undefined, []])
  expect(rules.map(({ id, verdict, proof }) => [id, verdict, proof])).toEqual([
    ['callback-state-wrong', 'passed', 'signal'],
    ['callback-once', 'passed', 'wire'],
    ['callback-two-tabs', 'passed', 'signal'],
    ['id-token-aud', 'failed', 'canary'],
  ])
  // The first page has come to its end before the same answer comes again, whose state it took away.
  const repeated = spa.asked.filter((path, at) => path.includes('code=') && spa.asked.indexOf(path) !== at)
  const [again = ''] = repeated
  expect(repeated).toEqual([again, again])
  const from = spa.asked.indexOf(again)
  expect(spa.asked.slice(from, from + 3)).toEqual([again, '/', again])
})

test('a Chromium is the one that a variable names, or one of the usual places', async () => {
  const { executablePath } = await findChromium()
  expect(installedChromium({ CHROME_PATH: executablePath })).toBe(executablePath)
  expect(installedChromium({ CHROME_PATH: '/nowhere/chrome', PATH: '' })).toBeUndefined()
  expect(installedChromium({ PATH: '/nowhere' }, 'linux')).toBeUndefined()
})

test('one that is no Chromium cannot be driven, and says so', async () => {
  await expect(startChromium(process.execPath, [], process.env)).rejects.toThrow(/cannot be driven: it ended with 9/)
})
