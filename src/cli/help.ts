import { helpText } from '../config/config.ts'
import type { Flags } from '../config/flags.ts'
import type { Command } from './command.ts'
import { commands, findCommand } from './commands.ts'

const everywhere: Flags = {
  help: { description: 'show the flags of a command' },
  version: { description: 'print the version' },
}

/** `grantbox help [command]`. */
export const help: Command = {
  flags: {},
  async run({ argv: [name], stdout }) {
    stdout.write(name === undefined || name === 'help' ? await overview() : await aboutCommand(name))
    return 0
  },
}

async function overview(): Promise<string> {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const { flags } = await findCommand('start').load()
  return `grantbox: a local twin of OAuth2 providers

Usage: grantbox [command] [flags]

Commands:
${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  .join('\n')}

Flags:
${helpText({ ...flags, ...everywhere })}
`
}

async function aboutCommand(name: string): Promise<string> {
  const { summary, load } = findCommand(name)
  const { flags, usage = `${name} [flags]` } = await load()
  return `grantbox ${name}: ${summary}

Usage: grantbox ${usage}

Flags:
${helpText({ ...flags, ...everywhere })}
`
}
