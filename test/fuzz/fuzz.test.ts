import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { spawnServer } from '../support/child-server.ts'
import { fuzz } from './run.ts'
import { seeds } from './seeds.ts'

/** The long form, `npm run fuzz`, sends more and others each time; here they are the same at each run. */
const requests = Number(process.env.GRANTBOX_FUZZ_REQUESTS ?? 2000)

test(`${requests} requests of every kind to every endpoint get an answer in its dialect, none of them a failure of ours`, async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'grantbox-fuzz-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  const server = await spawnServer({ cwd, args: ['--db', ':memory:', '--log-level', 'error'] })
  onTestFinished(async () => {
    server.kill('SIGKILL')
    await server.ended
  })
  const report = await fuzz(server, requests, seeds)
  expect(server.alive()).toBe(true)
  // Below its first line stands what it logged: errors alone.
  expect(server.stdout().split('\n').slice(1).join('\n') + server.stderr()).toBe('')
  // A fuzzer that is turned away at the door finds nothing.
  for (const status of [200, 302, 400, 401, 404, 405, 415]) expect(report.statuses).toHaveProperty(String(status))
  process.stdout.write(`fuzz, seed ${seeds.join(', ')}: ${JSON.stringify(report)}\n`)
}, 3_600_000)
