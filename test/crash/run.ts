import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { allProviders } from '../../src/providers/registry.ts'
import { type ChildServer, spawnServer } from '../support/child-server.ts'
import { type Seeded, seeded } from '../support/seeded.ts'
import { learnSpeech, type Speech } from '../support/vendor-speech.ts'
import { type DeedCounts, Deeds } from './deeds.ts'
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
  /** What changes sandboxes as a whole: how often it was answered, and how it ended where a kill interrupted it. */
  deeds: DeedCounts
  problems: string[]
}

/** Whose sandboxes are made, restored, reset and deleted as a whole; one of them reads documents of its own. */
const wholes = ['iokids', 'keycloak', 'okta', 'standard']

/**
 * Kills a server under load of all vendors again and again, each time at another moment, starts it on the same file, and looks
 * whether all that clients were told is still so.
 * @param folder for the database; it is left there
 * @param patience how long a server may work before it is killed, milliseconds
 */
export async function crash(
  folder: string,
  { kills, seed, patience }: { kills: number; seed: number; patience: number },
  say: (line: string) => void = () => {},
): Promise<CrashReport> {
  const random = seeded(seed)
  const file = join(folder, 'grantbox.db')
  const args = ['--db', file, '--data', folder]
  const providers = await allProviders()
  const deeds = new Deeds(providers.filter(({ id }) => wholes.includes(id)))
  const report: CrashReport = { kills: 0, whileStarting: 0, answers: 0, deeds: deeds.counts, problems: [] }
  let server = await spawnServer({ cwd: folder, args })
  try {
    const { url } = server
    const speeches = await Promise.all(providers.map((provider) => learnSpeech(url, provider, `load-${provider.id}`)))
    const ledger = new Ledger(speeches as [Speech, ...Speech[]])
    await deeds.learn(url)
    while (report.kills < kills) {
      const { url } = server
      const loads = Array.from({ length: 8 }, () => work(url, ledger, random))
      const changes = deeds.work(url, random)
      const moment = await theMoment(random, deeds, patience)
      await kill(server)
      await Promise.all(loads)
      report.problems.push(...[await changes].flatMap((problem) => problem ?? []))
      report.kills++
      report.problems.push(...checkFile(file, folder))
      if (random.below(4) === 0 && report.kills < kills) {
        await killWhileStarting(folder, args, random.below(600))
        report.kills++
        report.whileStarting++
        report.problems.push(...checkFile(file, folder))
      }
      server = await spawnServer({ cwd: folder, args })
      report.problems.push(...(await checkAnswers(server.url, ledger)), ...(await deeds.check(server.url)))
      report.answers = ledger.answers
      say(`kill ${report.kills} ${moment}, ${ledger.answers} answers, ${report.problems.length} problems`)
    }
    report.problems.push(...ledger.refusals)
  } finally {
    await kill(server)
  }
  return report
}

/** Waits for any moment, or, as often, for one at which a sandbox is being changed as a whole. */
async function theMoment(random: Seeded, deeds: Deeds, patience: number): Promise<string> {
  const any = random.below(patience)
  await setTimeout(any)
  if (random.below(2) === 0) return `after ${any} ms`
  const within = random.below(150)
  await deeds.next()
  await setTimeout(within)
  return `after ${any} ms, ${within} ms into a change`
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
