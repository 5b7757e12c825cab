import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

/** The program: its source or, for a Node.js that runs no TypeScript, what was built of it. */
export const program = process.env.GRANTBOX_TEST_PROGRAM ?? join(import.meta.dirname, '../../src/cli/main.ts')

/** How a process ended and what it said. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** A process that runs. */
export interface Running {
  /** Resolves once stdout or stderr has the text; rejects when the process ends without having said it. */
  said(text: string): Promise<void>
  /** What it wrote so far. */
  stdout(): string
  kill(signal: NodeJS.Signals): void
  ended: Promise<Ended>
}

interface Place {
  cwd: string
  env?: Record<string, string>
}

/** Starts `grantbox` with these arguments, without the variables of whoever runs the tests. */
export function spawnCommand(argv: readonly string[], { cwd, env = {} }: Place): Running {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GRANTBOX_|FORCE_COLOR|NODE_)/.test(name))
  return watch(spawn(process.execPath, [program, ...argv], { cwd, env: { ...Object.fromEntries(inherited), ...env } }))
}

/** Runs `grantbox` to its end. */
export function runCommand(argv: readonly string[], place: Place): Promise<Ended> {
  return spawnCommand(argv, place).ended
}

/** Starts a module given as text. */
export function spawnModule(source: string): Running {
  return watch(spawn(process.execPath, ['--input-type=module', '--eval', source]))
}

function watch(child: ChildProcess): Running {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  return {
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (stdout.includes(text) || stderr.includes(text)) resolve()
        }
        child.stdout?.on('data', look)
        child.stderr?.on('data', look)
        look()
        ended.then(() => reject(new Error(`ended without saying "${text}": ${stdout}${stderr}`)), reject)
      }),
    stdout: () => stdout,
    kill: (signal) => void child.kill(signal),
    ended,
  }
}
