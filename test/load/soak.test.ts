import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { allProviders } from '../../src/providers/registry.ts'
import { spawnServer } from '../support/child-server.ts'
import { life } from './life.ts'
import { growth, head, line, type Sample, sample, soak } from './soak.ts'

/** The long form, `npm run soak`, keeps it under load for so many minutes. */
const minutes = Number(process.env.GRANTBOX_SOAK_MINUTES ?? 0)
const seed = Number(process.env.GRANTBOX_SOAK_SEED ?? 1)

const providers = await allProviders()

async function startInside() {
  const cwd = await mkdtemp(join(tmpdir(), 'grantbox-soak-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  const db = join(cwd, 'grantbox.db')
  const nodeArgs = ['--disable-warning=ExperimentalWarning', '--import', join(import.meta.dirname, 'inside.ts')]
  const server = await spawnServer({ cwd, args: ['--db', db, '--data', cwd, '--log-level', 'error'], nodeArgs })
  onTestFinished(async () => {
    server.kill('SIGKILL')
    await server.ended
  })
  return { server, db }
}

/** What must be again as it was when all that came has gone. */
const lasting = ({ fds, rows, timers, sandboxes, journals }: Sample) => ({ fds, rows, timers, sandboxes, journals })

/** Looks when the connections that clients keep are closed, and what was to come soon has come. */
async function calm(look: () => Promise<Sample>, before?: Sample): Promise<Sample> {
  const clients = getGlobalDispatcher()
  setGlobalDispatcher(new Agent())
  await clients.close()
  let now = await look()
  const isMore = () => before !== undefined && ((now.fds ?? 0) > (before.fds ?? 0) || now.timers > before.timers)
  for (let patience = 0; patience < 50 && isMore(); patience++) {
    await new Promise((later) => setTimeout(later, 200))
    now = await look()
  }
  return now
}

test('files, rows, timers and what is kept in memory are as before when sandboxes of several vendors have come and gone', async () => {
  const { server, db } = await startInside()
  const some = providers.filter(({ id }) => ['iokids', 'keycloak', 'github'].includes(id))
  const round = (name: string) => Promise.all(some.map((provider) => life(server.url, server.port, provider, `${name}-${provider.id}`)))
  // What is made once, with the first request for it, stays.
  await round('first')
  const before = await calm(() => sample(server, db))
  await round('second')
  expect(lasting(await calm(() => sample(server, db), before))).toEqual(lasting(before))
}, 120_000)

if (minutes > 0)
  test(
    `${minutes} minutes of the load of all vendors leave memory, files and rows flat`,
    async () => {
      const { server, db } = await startInside()
      for (const provider of providers) await life(server.url, server.port, provider, `first-${provider.id}`)
      const before = await calm(() => sample(server, db))
      process.stdout.write(`${head}\n${line(before)}\n`)
      const samples: Sample[] = []
      const milliseconds = minutes * 60_000
      const every = Math.min(60_000, milliseconds / 30)
      const done = await soak(server, db, providers, { milliseconds, every, seed }, (one) => {
        samples.push(one)
        process.stdout.write(`${line(one)}\n`)
      })
      const after = await calm(() => sample(server, db), before)
      process.stdout.write(`${line(after)}\nsoak, seed ${seed}: ${JSON.stringify(done)}\n`)
      expect(growth(samples)).toEqual([])
      expect(lasting(after)).toEqual(lasting(before))
      expect(server.stdout().split('\n').slice(1).join('\n') + server.stderr()).toBe('')
    },
    minutes * 60_000 + 600_000,
  )
