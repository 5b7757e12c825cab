import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { StartInfo } from '../../src/start/info.ts'

const main = join(import.meta.dirname, '../../src/cli/main.ts')

/** How the program is started. */
export interface ChildOptions {
  /** The working folder; no config file should be there. */
  cwd: string
  /** Beyond `--port 0 --json`. */
  args?: readonly string[]
  /** Flags of Node.js itself. */
  nodeArgs?: readonly string[]
  /** A command line that is run in place of Node.js, with Node.js and the rest as its last arguments. */
  wrapper?: readonly string[]
  /** Who runs it, when whoever starts it may choose. */
  uid?: number
  gid?: number
  /** Kills it, also while it starts. */
  signal?: AbortSignal
}

/** The real program in a process of its own. */
export interface ChildServer {
  /** Over http. */
  url: string
  port: number
  pid: number | undefined
  info: StartInfo
  /** Whether it still runs. */
  alive(): boolean
  /** What it wrote to stderr so far. */
  stderr(): string
  stdout(): string
  kill(signal: NodeJS.Signals): void
  /** Resident memory in MiB. */
  memory(): number
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/**
 * Starts the program and waits until it listens. Whoever calls it ends it.
 * @throws Error with what it said when it ended first
 */
export async function spawnServer({ cwd, args = [], nodeArgs = [], wrapper = [], signal, ...who }: ChildOptions): Promise<ChildServer> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GRANTBOX_|FORCE_COLOR|NODE_)/.test(name))
  const [command = process.execPath, ...rest] = [...wrapper, process.execPath, ...nodeArgs, main, 'start', '--port', '0', '--json', ...args]
  const child = spawn(command, rest, { cwd, env: Object.fromEntries(inherited), ...who })
  signal?.addEventListener('abort', () => child.kill('SIGKILL'))
  const said = listenTo(child)
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const info = await new Promise<StartInfo>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const line = /^\{.*\}\n/.exec(said.stdout)?.[0]
      if (line !== undefined) resolve(JSON.parse(line))
    })
    ended.then(() => reject(new Error(`it did not start: ${said.stdout}${said.stderr}`)), reject)
  })
  return {
    url: info.url,
    port: Number(new URL(info.url).port),
    pid: child.pid,
    info,
    alive: () => child.exitCode === null && child.signalCode === null,
    stderr: () => said.stderr,
    stdout: () => said.stdout,
    kill: (signal) => void child.kill(signal),
    memory: () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })) / 1024,
    ended,
  }
}

function listenTo(child: ChildProcess): { stdout: string; stderr: string } {
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk
    })
  }
  return said
}
