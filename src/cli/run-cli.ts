import { version } from '../basics/package.ts'
import type { CommandContext } from './command.ts'
import { findCommand } from './commands.ts'

/** What these say is meant for the user; anything else is a mistake of ours and shows its stack. */
const plainErrors: readonly string[] = ['ConfigError', 'ListenError', 'StartError', 'CertificateFileError', 'GrantboxError']

/** Finds the command and runs it. Answers the exit code and never throws. */
export async function runCli(context: CommandContext): Promise<number> {
  try {
    return await dispatch(context)
  } catch (error) {
    const shown = error instanceof Error ? (plainErrors.includes(error.name) ? error.message : error.stack) : undefined
    context.stderr.write(`${shown ?? String(error)}\n`)
    return 1
  }
}

async function dispatch(context: CommandContext): Promise<number> {
  const [first] = context.argv
  const named = first !== undefined && !first.startsWith('-') ? first : undefined
  const argv = named === undefined ? context.argv : context.argv.slice(1)
  // What follows -- belongs to the program a command starts.
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  if (own.includes('--version') || own.includes('-v')) {
    context.stdout.write(`${version()}\n`)
    return 0
  }
  if (named === 'help') return help(context, argv)
  const command = findCommand(named ?? 'start')
  if (own.includes('--help') || own.includes('-h')) return help(context, named === undefined ? [] : [named])
  return (await command.load()).run({ ...context, argv })
}

async function help(context: CommandContext, argv: readonly string[]): Promise<number> {
  return (await import('./help.ts')).help.run({ ...context, argv })
}
