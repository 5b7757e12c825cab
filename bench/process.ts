import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A server that was started for the bench. */
export interface Running {
  port: number
  pid: number
  /** Milliseconds from spawn until it said that it listens. */
  startedIn: number
  stop(): Promise<void>
}

/** How a server is started; it prints its port on a line of its own, `{"port":…}` or grantbox's line of JSON. */
export interface Command {
  args: readonly string[]
  cwd: string
  env?: Readonly<Record<string, string>>
}

const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

/** How long a server may take to listen, and how much of its stderr is shown when it does not. */
const patience = 30_000
const shownErrors = 2_000

/** Starts a server as a process of its own and waits until it says its port. */
export function start({ args, cwd, env }: Command): Promise<Running> {
  const began = performance.now()
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...cleanEnv(), ...env } })
  children.add(child)
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  gone.then(() => children.delete(child))
  return new Promise((resolve, reject) => {
    let out = ''
    let errors = ''
    const timer = setTimeout(() => fail(new Error(`${args.join(' ')} did not listen within ${patience / 1000} s: ${errors}`)), patience)
    const fail = (error: Error) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(error)
    }
    child.stderr.on('data', (chunk) => {
      if (errors.length < shownErrors) errors += chunk
    })
    const look = (chunk: Buffer) => {
      out += chunk
      const port = portIn(out)
      if (port === undefined) return
      clearTimeout(timer)
      child.stdout.off('data', look).resume()
      resolve({
        port,
        pid: child.pid ?? 0,
        startedIn: performance.now() - began,
        async stop() {
          child.kill('SIGTERM')
          const hard = setTimeout(() => child.kill('SIGKILL'), 3000)
          await gone
          clearTimeout(hard)
        },
      })
    }
    child.stdout.on('data', look)
    gone.then(() => fail(new Error(`${args.join(' ')} ended before it listened: ${errors}`)))
  })
}

/** The environment without what belongs to whoever started the bench. */
function cleanEnv(): Record<string, string> {
  return { PATH: process.env.PATH ?? '', NODE_ENV: 'production' }
}

function portIn(text: string): number | undefined {
  for (const line of text.split('\n').slice(0, -1)) {
    if (!line.startsWith('{')) continue
    const { port, url } = JSON.parse(line) as { port?: number; url?: string }
    const found = port ?? Number(new URL(url ?? 'http://localhost').port)
    if (found > 0) return found
  }
  return undefined
}

/** CPU microseconds of all threads of a process so far; undefined where there is no /proc. */
export function cpuMicroseconds(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce(
      (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1000,
      0,
    )
  } catch {
    return undefined
  }
}

/** Megabytes: what a process uses now and the most that it used; undefined where there is no /proc. */
export function memory(pid: number): { now: number; peak: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const at = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
    return { now: at('VmRSS'), peak: at('VmHWM') }
  } catch {
    return undefined
  }
}

/** Megabytes of a process's memory that are pages of files, which the program and its libraries are; undefined where there is no /proc. */
export function fileBacked(pid: number): number | undefined {
  try {
    return Number(/^RssFile:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return undefined
  }
}
