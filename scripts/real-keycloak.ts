import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'

/** The distribution that the twin is compared with, from Maven Central. */
export const keycloakVersion = '26.7.3'
const cache = join(import.meta.dirname, '../node_modules/.cache/keycloak')

/** A running Keycloak in development mode, with `admin` / `admin` at its master realm. */
export interface RealKeycloak {
  base: string
  /** The process of the server itself; the script that started it waits for it. */
  pid: number
  /** Milliseconds from its process's start to its first answer. */
  startup: number
  /** Bytes that its processes hold in memory now. */
  memory(): number
  close(): Promise<void>
}

/** Puts the distribution into the cache. @returns its folder; throws Error with what Maven or unzip said */
function distribution(): string {
  const folder = join(cache, `keycloak-${keycloakVersion}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const artifact = `-Dartifact=org.keycloak:keycloak-quarkus-dist:${keycloakVersion}:zip`
  run('mvn', ['-q', '-B', 'dependency:copy', artifact, `-DoutputDirectory=${cache}`])
  const zip = join(cache, `keycloak-quarkus-dist-${keycloakVersion}.zip`)
  run('unzip', ['-q', zip, '-d', cache])
  rmSync(zip)
  return folder
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, { timeout: 480_000, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? `${stdout}${stderr}`}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/**
 * Starts it on a free port of this machine, with an empty database.
 * @param args further options of `kc.sh start-dev`
 * @throws Error when it gives no answer within three minutes
 */
export async function startKeycloak(args: readonly string[] = []): Promise<RealKeycloak> {
  const folder = distribution()
  rmSync(join(folder, 'data/h2'), { recursive: true, force: true })
  const port = await freePort()
  const admin = { KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin' }
  const started = performance.now()
  const options = ['start-dev', '--http-host=127.0.0.1', `--http-port=${port}`, ...args]
  // A group of its own, since the script and the server that it becomes are ended together.
  const child = spawn(join(folder, 'bin/kc.sh'), options, {
    env: { ...process.env, ...admin, JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m' },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (data) => {
    said = `${said}${data}`.slice(-4000)
  })
  const { pid } = child
  if (pid === undefined) throw new Error('kc.sh cannot be started')
  const closed = once(child, 'close')
  const close = async () => {
    if (child.exitCode === null) process.kill(-pid, 'SIGTERM')
    await closed
  }
  const base = `http://127.0.0.1:${port}`
  while (!(await answers(`${base}/realms/master`))) {
    if (child.exitCode === null && performance.now() - started < 180_000) await new Promise((resolve) => setTimeout(resolve, 100))
    else {
      await close()
      throw new Error(`Keycloak gives no answer; it said last: ${said}`)
    }
  }
  return { base, pid: largestOf(pid), startup: performance.now() - started, memory: () => memoryOf(pid), close }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status === 200
  } catch {
    return false
  }
}

/** What Linux says of the processes of a group: the script waits while the server runs. */
function processesOf(group: number): { pid: number; bytes: number }[] {
  const lines = execFileSync('ps', ['-eo', 'pgid=,pid=,rss='], { encoding: 'utf8' }).trim().split('\n')
  const all = lines.map((line) => line.trim().split(/\s+/).map(Number))
  return all.filter(([pgid]) => pgid === group).map(([, pid = 0, kilobytes = 0]) => ({ pid, bytes: kilobytes * 1024 }))
}

function memoryOf(group: number): number {
  return processesOf(group).reduce((sum, { bytes }) => sum + bytes, 0)
}

function largestOf(group: number): number {
  return processesOf(group).reduce((largest, one) => (one.bytes > largest.bytes ? one : largest), { pid: group, bytes: 0 }).pid
}
