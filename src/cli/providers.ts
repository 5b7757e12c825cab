import { ConfigError } from '../config/error.ts'
import { type Flags, unknown } from '../config/flags.ts'
import type { Command } from './command.ts'
import { reach, urlFlags } from './control.ts'

const flags: Flags = { ...urlFlags, json: { description: 'print all that is known as JSON' } }

/** As `GET /providers` tells it. */
interface Told {
  name: string
  title: string
  base_url: string
  hosts: readonly string[]
  authorization_endpoint: string
  token_endpoint: string
  openid_configuration: string | null
  preloaded: {
    clients: readonly { client_id: string; client_secret: string | null; app: string }[]
    users: readonly { username: string; password: string }[]
  }
}

/** `grantbox providers`: whom a running grantbox can stand for, where, and who can sign in there. */
export const providers: Command = {
  flags,
  usage: 'providers [NAME…] [flags]',
  async run(context) {
    const isName = (text: string, before = '') => !text.startsWith('-') && (!before.startsWith('-') || before === '--json')
    const names = context.argv.filter((text, index) => isName(text, context.argv[index - 1]))
    const { client, values } = await reach({ ...context, argv: context.argv.filter((one) => !names.includes(one)) }, flags)
    const { items } = await client.get<{ items: Told[] }>('/providers')
    const wanted = names.length === 0 ? items : names.map((name) => named(name, items))
    if (values.has('json')) context.stdout.write(`${JSON.stringify(wanted)}\n`)
    else context.stdout.write(names.length === 0 ? listed(items) : wanted.map(described).join('\n'))
    return 0
  },
}

function named(name: string, items: readonly Told[]): Told {
  const found = items.find((one) => one.name === name.toLowerCase())
  if (found !== undefined) return found
  const known = items.map((one) => one.name)
  throw new ConfigError([{ where: 'grantbox providers', message: `${unknown('provider', name, known)} Known are: ${known.join(', ')}` }])
}

/** A line each. */
function listed(items: readonly Told[]): string {
  const rows = items.map(({ name, title, base_url, hosts: [host, ...more] }) => [
    name,
    title,
    base_url,
    host === undefined ? '' : `${host}${more.length > 0 ? ` and ${more.length} more` : ''}`,
  ])
  return `${columns([['NAME', 'VENDOR', 'ADDRESS', 'UNCHANGED CLIENTS CALL'], ...rows])}\nClients, users and endpoints of one: grantbox providers NAME\n`
}

function described(told: Told): string {
  const { name, title, base_url, hosts, authorization_endpoint, token_endpoint, openid_configuration, preloaded } = told
  return columns([
    ['Vendor', `${title} (${name})`],
    ['Address', base_url],
    ['Sign-in', authorization_endpoint],
    ['Token', token_endpoint],
    ...(openid_configuration === null ? [] : [['OpenID', openid_configuration]]),
    ...preloaded.clients.map(({ client_id, client_secret, app }) => ['Client', client_id, client_secret ?? '(public)', app]),
    ...preloaded.users.map(({ username, password }) => ['User', username, password]),
    ...hosts.map((host) => ['Host', host]),
  ])
}

/** Rows whose cells begin below one another but for the last, a line each; what a row says again of the row before is left out. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, cell] of row.slice(0, -1).entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  }
  return rows
    .map((row, number) => {
      const label = row[0] === rows[number - 1]?.[0] ? '' : (row[0] ?? '')
      return `${[label, ...row.slice(1)]
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd()}\n`
    })
    .join('')
}
