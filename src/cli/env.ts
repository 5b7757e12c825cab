import { ConfigError } from '../config/error.ts'
import type { Flag, Flags } from '../config/flags.ts'
import { writeAuthorities } from '../proxy/clients/authorities.ts'
import { environmentFor, proxyOfBefore } from '../proxy/clients/environment.ts'
import type { ProxyReport } from '../proxy/proxy.ts'
import type { Command } from './command.ts'
import { controlFlags, reach } from './control.ts'
import { aroundWords } from './run-words.ts'

type Variables = Readonly<Record<string, string>>

const linePerVariable = (line: (name: string, value: string) => string) => (variables: Variables) =>
  Object.entries(variables)
    .map(([name, value]) => `${line(name, value)}\n`)
    .join('')

const forShells = linePerVariable((name, value) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)

/** How others than the usual shells are told. */
const forms: Readonly<Record<string, Flag & { print: (variables: Variables) => string }>> = {
  fish: {
    description: 'for fish: grantbox env --fish | source',
    print: linePerVariable((name, value) => `set -gx ${name} '${value.replace(/[\\']/g, '\\$&')}'`),
  },
  powershell: {
    description: 'for PowerShell: grantbox env --powershell | Out-String | Invoke-Expression',
    // Typographic quotes end a text there as well.
    print: linePerVariable((name, value) => `$env:${name} = '${value.replace(/['‘’‚‛]/g, '$&$&')}'`),
  },
  github: {
    description: 'for the next steps of a GitHub workflow: grantbox env --github >> "$GITHUB_ENV"',
    print: linePerVariable((name, value) => `${name}=${value}`),
  },
  json: { description: 'as one JSON object', print: (variables) => `${JSON.stringify(variables, null, 2)}\n` },
}

const flags: Flags = { ...controlFlags, ...forms, java: { description: 'lead Java as well, by JAVA_TOOL_OPTIONS' } }

/** `grantbox env`: the variables that lead programs by way of a running grantbox to their vendor's hosts. */
export const env: Command = {
  flags,
  async run(context) {
    const { client, config, values, sandbox } = await reach(context, flags)
    const [form = '', another] = Object.keys(forms).filter((name) => values.has(name))
    if (another !== undefined) throw new ConfigError([{ where: `flag --${another}`, message: `expected one form, and --${form} was said` }])
    const { mode, hosts } = await client.get<ProxyReport>('/proxy')
    if (mode === 'off')
      throw new ConfigError([{ where: 'grantbox env', message: `expected a proxy at ${client.url}: start it with --proxy known or all` }])
    const variables = environmentFor(
      {
        url: client.url,
        adminToken: config.admin_token,
        sandbox: values.has('sandbox') ? (await sandbox()).name : undefined,
        ...writeAuthorities(config.data, await client.authority(), context.env, values.has('java')),
      },
      context.env,
    )
    if (!leadsTo(proxyOfBefore(context.env), client.url))
      context.stderr.write('grantbox: the proxy that is set is asked no longer; to go on by way of it, start grantbox with --proxy-next\n')
    context.stderr.write(aroundWords(hosts, context.env))
    context.stdout.write((forms[form]?.print ?? forShells)(variables))
    return 0
  },
}

function leadsTo(proxy: string | undefined, url: string): boolean {
  return proxy === undefined || (URL.canParse(proxy) && new URL(proxy).host === new URL(url).host)
}
