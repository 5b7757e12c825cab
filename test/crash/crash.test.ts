import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { crash } from './run.ts'

/** The long form, `npm run crash`, kills more often and at other moments each time. */
const kills = Number(process.env.GRANTBOX_CRASH_KILLS ?? 4)
const seed = Number(process.env.GRANTBOX_CRASH_SEED ?? 5)

test(`${kills} times kill -9 under the load of all vendors: the file is whole, what was answered holds, nothing works twice, nothing is lost, nothing is done by halves`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-crash-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const long = process.env.GRANTBOX_CRASH_KILLS !== undefined
  const report = await crash(folder, { kills, seed, patience: long ? 1000 : 400 }, (line) => {
    if (long) process.stdout.write(`${line}\n`)
  })
  expect(report.problems, `seed ${seed}`).toEqual([])
  expect(report.kills).toBe(kills)
  // A load that asks for nothing proves nothing.
  expect(report.answers).toBeGreaterThan(kills)
  process.stdout.write(`crash, seed ${seed}: ${JSON.stringify(report)}\n`)
}, 3_600_000)
