import { type ChildProcess, spawn } from 'node:child_process'
import { ConfigError } from '../../config/error.ts'
import type { CommandContext } from '../command.ts'

/** A command that was started. */
export interface Running {
  /** Its exit code, as a shell has it. */
  readonly ended: Promise<number>
  /** Ends it: politely, and after 3 s for good. */
  end(): Promise<void>
}

const politeMs = 3000

/** Starts a command with our streams; what it prints goes where messages go, for the report alone stands on the output. */
export function startCommand(
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { cwd }: Pick<CommandContext, 'cwd'>,
  quiet: boolean,
): Running {
  // A group of its own, for whatever it starts in turn.
  const child = spawn(file, args, {
    cwd,
    env,
    stdio: ['ignore', quiet ? 'ignore' : process.stderr, quiet ? 'ignore' : process.stderr],
    detached: true,
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const message = error.code === 'ENOENT' ? `there is no command ${file}` : error.message
      reject(new ConfigError([{ where: 'grantbox exam', message }]))
    })
    child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 143)))
  })
  ended.catch(() => undefined)
  return {
    ended,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      signalGroup(child, 'SIGTERM')
      const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), politeMs)
      await ended.catch(() => undefined)
      clearTimeout(timer)
    },
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // It has ended.
  }
}
