import type { Readable, Writable } from 'node:stream'
import type { Flags } from '../config/flags.ts'

/** What a command is given, so that none reaches for the process itself. */
export interface CommandContext {
  /** The arguments after the command's name. */
  argv: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  /** Opens where somebody answers questions; absent where nobody does. */
  stdin?: () => Readable & { isTTY?: boolean }
  stdout: Writable
  stderr: Writable
}

/** A command of the command line. */
export interface Command {
  /** Its own flags, beside the settings. */
  flags: Flags
  /** How it is written, where that is more than its name and flags. */
  usage?: string
  /** Does the work and answers the exit code. */
  run(context: CommandContext): Promise<number>
}

/** A command in the table: `--help` lists it without loading it. */
export interface CommandEntry {
  summary: string
  load(): Promise<Command>
}
