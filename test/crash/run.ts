import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type ChildServer, spawnServer } from '../support/child-server.ts'
import { seeded } from '../support/seeded.ts'
import { Ledger } from './ledger.ts'
import { work } from './load.ts'
import { checkAnswers, checkFile } from './verify.ts'

/** What a run came to. */
export interface CrashReport {
  kills: number
  /** Of these, before it listened. */
  whileStarting: number
  /** Requests that were answered before a kill, each checked after it. */
  answers: number
  problems: string[]
}

/**
 * Kills a server under load again and again, each time at another moment, starts it on the same file, and looks whether all
 * that clients were told is still so.
 * @param folder for the database; it is left there
 */
export async function crash(folder: string, kills: number, seed: number, say: (line: string) => void = () => {}): Promise<CrashReport> {
  const random = seeded(seed)
  const file = join(folder, 'grantbox.db')
  const args = ['--db', file, '--data', folder]
  const report: CrashReport = { kills: 0, whileStarting: 0, answers: 0, problems: [] }
  const ledger = new Ledger()
  let server = await spawnServer({ cwd: folder, args })
  try {
    while (report.kills < kills) {
      const loads = Array.from({ length: 8 }, () => work(server.url, ledger, random))
      const moment = random.below(600)
      await setTimeout(moment)
      await kill(server)
      await Promise.all(loads)
      report.kills++
      report.problems.push(...checkFile(file, folder))
      if (random.below(4) === 0 && report.kills < kills) {
        await killWhileStarting(folder, args, random.below(600))
        report.kills++
        report.whileStarting++
        report.problems.push(...checkFile(file, folder))
      }
      server = await spawnServer({ cwd: folder, args })
      report.problems.push(...(await checkAnswers(server.url, ledger)))
      say(`kill ${report.kills} after ${moment} ms, ${ledger.answers} answers, ${report.problems.length} problems`)
    }
  } finally {
    await kill(server)
  }
  report.answers = ledger.answers
  report.problems.push(...ledger.refusals)
  return report
}

async function kill(server: ChildServer): Promise<void> {
  server.kill('SIGKILL')
  await server.ended
}

/** A start that does not come to its end. */
async function killWhileStarting(cwd: string, args: readonly string[], moment: number): Promise<void> {
  const early = new AbortController()
  const starting = spawnServer({ cwd, args, signal: early.signal })
  await setTimeout(moment)
  early.abort()
  await starting.then(kill, () => {})
}
