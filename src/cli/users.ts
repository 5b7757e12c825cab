import { ConfigError } from '../config/error.ts'
import type { Flags } from '../config/flags.ts'
import type { User } from '../library/users.ts'
import type { Command } from './command.ts'
import { reach, spaceFlags } from './control.ts'

const flags: Flags = {
  ...spaceFlags,
  count: { value: 'N', description: 'how many; of families how many families (10)' },
  type: { value: 'TYPE', description: 'parent, kid or family (parent)' },
  seed: { value: 'N', description: 'the same seed gives the same users (another each time)' },
  json: { description: 'print the users as JSON' },
}

/** `grantbox users generate`: makes users as the vendor would and prints how they sign in. */
export const users: Command = {
  flags,
  usage: 'users generate [flags]',
  async run(context) {
    const [command, ...argv] = context.argv
    if (command !== 'generate') {
      throw new ConfigError([
        { where: 'grantbox users', message: 'expected: grantbox users generate [--count N] [--type TYPE] [--seed N]' },
      ])
    }
    const { client, values, sandbox } = await reach({ ...context, argv }, flags)
    const wanted = { count: wholeNumber('count', values) ?? 10, type: values.get('type'), seed: wholeNumber('seed', values) }
    const made = await client.post<User[]>(`/sandboxes/${(await sandbox()).name}/users/generate`, wanted)
    if (values.has('json')) context.stdout.write(`${JSON.stringify(made)}\n`)
    else {
      const width = Math.max(...made.map(({ username }) => username.length))
      for (const { username, password, name } of made) context.stdout.write(`${username.padEnd(width)}  ${password}  ${name}\n`)
    }
    return 0
  },
}

function wholeNumber(flag: string, values: ReadonlyMap<string, string>): number | undefined {
  const text = values.get(flag)
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new ConfigError([{ where: `flag --${flag}`, message: `expected a whole number, got ${JSON.stringify(text)}` }])
}
