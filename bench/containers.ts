import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keycloakVersion, startKeycloak } from '../scripts/real-keycloak.ts'
import { clientCredentials } from './conversations.ts'
import { firstAnswer } from './first-answer.ts'
import { type Entry, measure, type Result } from './measure.ts'
import { memory, type Running } from './process.ts'
import { connections, program, type Subject, subjects } from './subjects.ts'
import { byRateAndCpu, table, verdict, whole } from './tables.ts'
import { entryOf, usual } from './vendors.ts'

/** A server that people run as a container, and what of grantbox stands for it. */
interface Replaced {
  name: string
  entry: Entry
  ours: Entry
  /** What grantbox answers first at its start. */
  path: string
  /** How many times as fast it starts, and the share of the memory that it holds. */
  start: number
  share: number
}

interface Held {
  wall: number
  resident: number
}

const credentials = (subject: Subject): Entry => ({ subject, conversation: ({ dialect }) => clientCredentials(dialect) })
const bench = { client_id: 'bench', client_secret: 'bench-secret' }
const foreign = (name: string, token: string, run: () => Promise<Running>): Subject => ({
  name,
  command: { args: [], cwd: '.' },
  run,
  dialect: { token, client: bench, redirect_uri: 'http://localhost/callback', scope: 'openid' },
})

function keycloak(): Replaced {
  const subject = foreign(`Keycloak ${keycloakVersion}`, '/realms/master/protocol/openid-connect/token', async () => {
    // The first start of a distribution makes itself ready, for half a minute more.
    await (await startKeycloak()).close()
    const { base, pid, startup, close } = await startKeycloak()
    return { port: Number(new URL(base).port), pid, startedIn: startup, stop: close }
  })
  subject.prepare = async (origin) => {
    const admin = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' }
    const answer = await fetch(`${origin}${subject.dialect.token}`, { method: 'POST', body: new URLSearchParams(admin) })
    const { access_token } = (await answer.json()) as { access_token: string }
    const made = await fetch(`${origin}/admin/realms/master/clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ clientId: bench.client_id, secret: bench.client_secret, serviceAccountsEnabled: true }),
    })
    if (!made.ok) throw new Error(await made.text())
  }
  const twin = usual.find(({ vendor }) => vendor === 'keycloak')
  if (twin === undefined) throw new Error('there is no twin of Keycloak')
  const ours = entryOf(twin)
  ours.subject.name = 'grantbox keycloak'
  return { name: subject.name, entry: credentials(subject), ours, path: '/keycloak/realms/master', start: 50, share: 1 / 5 }
}

/** Its classes from Maven's repository, and where they lie. */
function naviktLibraries(): string {
  const folder = join(import.meta.dirname, '../node_modules/.cache/mock-oauth2-server')
  const args = ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`]
  const { status, error, stdout } = spawnSync('mvn', args, { cwd: join(import.meta.dirname, 'navikt'), timeout: 300_000, encoding: 'utf8' })
  if (status !== 0) throw new Error(`mvn failed: ${error?.message ?? stdout}`)
  return join(folder, '*')
}

function navikt(): Replaced {
  const subject = foreign('mock-oauth2-server 6.0.2 (navikt)', '/default/token', async () => {
    const libraries = naviktLibraries()
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    const { port } = probe.address() as AddressInfo
    probe.close()
    await once(probe, 'close')
    const began = performance.now()
    const env = { ...process.env, SERVER_HOSTNAME: '127.0.0.1', SERVER_PORT: String(port) }
    const args = ['-cp', libraries, 'no.nav.security.mock.oauth2.StandaloneMockOAuth2ServerKt']
    const child = spawn('java', args, { env, stdio: 'ignore' })
    const { pid } = child
    if (pid === undefined) throw new Error('java cannot be started')
    const gone = once(child, 'exit')
    const stop = async () => {
      child.kill('SIGTERM')
      await gone
    }
    while (!(await answers(`http://127.0.0.1:${port}/default/.well-known/openid-configuration`))) {
      if (child.exitCode !== null || performance.now() - began > 60_000) {
        await stop()
        throw new Error('it gave no answer')
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return { port, pid, startedIn: performance.now() - began, stop }
  })
  const path = '/standard/.well-known/openid-configuration'
  return { name: subject.name, entry: credentials(subject), ours: credentials(subjects.rsa()), path, start: 5, share: 1 / 2 }
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ status }) => status === 200,
    () => false,
  )
}

async function ourStart(path: string): Promise<Held> {
  const samples: Held[] = []
  for (let round = 0; round < 5; round++) {
    const data = mkdtempSync(join(tmpdir(), 'grantbox-bench-'))
    samples.push(await firstAnswer([program, 'start', '--port', '0', '--host', '127.0.0.1', '--data', data, '--json'], [path]))
    rmSync(data, { recursive: true })
  }
  samples.sort((a, b) => a.wall - b.wall)
  return samples[2] as Held
}

/** Start, memory and token requests of each beside grantbox, where this machine has what it needs. */
export async function containers(quick: boolean): Promise<string> {
  const effort = quick ? { warmUp: 2000, patience: 3, seconds: 1, rounds: 1 } : { warmUp: 40_000, patience: 15, seconds: 2, rounds: 3 }
  const body: string[][] = []
  const said: string[] = []
  for (const make of [navikt, keycloak]) {
    const { name, entry, ours, path, start, share } = make()
    try {
      let theirs: Held = { wall: Number.NaN, resident: Number.NaN }
      const { run } = entry.subject
      entry.subject.run = async () => {
        const running = await run?.()
        if (running === undefined) throw new Error('it cannot be started')
        theirs = { wall: running.startedIn, resident: memory(running.pid)?.now ?? Number.NaN }
        return running
      }
      const [first, other] = await measure([ours, entry], connections, effort)
      if (first === undefined || other === undefined) continue
      const held = await ourStart(path)
      body.push(line(first, held), line(other, theirs))
      const [faster, part] = [theirs.wall / held.wall, held.resident / theirs.resident]
      said.push(
        verdict(`starts ≥ ${start} × as fast as ${name}`, faster >= start, `${faster.toFixed(0)} ×`),
        verdict(`holds ≤ ${share} of its memory at rest`, part <= share, part.toFixed(2)),
        byRateAndCpu(`≥ 2 × ${name}`, 2, first.perSecond / other.perSecond, (other.cpu ?? Number.NaN) / (first.cpu ?? Number.NaN)),
      )
    } catch (error) {
      said.push(`- not measured: ${name}: ${String(error).split('\n')[0]}`)
    }
  }
  said.push('- not measured: dex: its releases are no modules that `go install` takes, and nothing here runs images')
  const head = ['server', 'start, ms', 'resident at rest, MB', 'client_credentials /s', 'CPU µs', 'p50 ms', 'p99 ms', 'peak MB', 'failures']
  return [table(head, body), '', ...said].join('\n')
}

function line({ name, perSecond, cpu, p50, p99, peak, failures }: Result, { wall, resident }: Held): string[] {
  const load = [whole(perSecond), whole(cpu ?? Number.NaN), p50.toFixed(2), p99.toFixed(2), whole(peak ?? Number.NaN)]
  return [name, whole(wall), whole(resident), ...load, failures === 0 ? '' : String(failures)]
}
