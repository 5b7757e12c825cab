import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { ConfigError } from '../config/error.ts'
import { isProxyUrl } from '../config/schema.ts'
import { hintsOf } from '../exam/hints.ts'
import { calledAround, proxyOfBefore, type Variables } from '../proxy/clients/environment.ts'
import type { ProxyReport } from '../proxy/proxy.ts'
import type { ProxyMode } from '../proxy/way.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { CommandContext } from './command.ts'

/** @throws ConfigError when a run is to be offline, and the proxy something else */
export function modeOfRun(said: ProxyMode | undefined, offline: boolean): ProxyMode {
  if (!offline) return said ?? 'all'
  if (said === undefined || said === 'known') return 'known'
  throw new ConfigError([
    { where: 'flag --offline', message: `means --proxy known, and --proxy ${said} was said as well: say one of them` },
  ])
}

/** The proxy that the command would have asked, for whatever leads elsewhere; one of another kind is told of. */
export function nextOfRun({ env, stderr }: CommandContext): string | undefined {
  const before = proxyOfBefore(env)
  if (before === undefined || isProxyUrl(before)) return before
  stderr.write('grantbox run: the proxy that is set is no http or https URL, so hosts of no sandbox are called without it\n')
  return undefined
}

/** Programs that run on the Node.js that is found by its name. */
const runOnNode = ['node', 'npm', 'npx', 'pnpm', 'yarn']

/** What is to be said when a command runs on a Node.js that goes around the proxy. */
export async function oldNode(file: string, { env, cwd }: CommandContext): Promise<string> {
  const name = basename(file).replace(/\.(exe|cmd)$/, '')
  if (file === process.execPath || !runOnNode.includes(name)) return ''
  const version = await versionOf(name === 'node' ? file : 'node', env, cwd)
  if (version === undefined || readsProxyVariables(version)) return ''
  return `grantbox run: ${name} is of Node.js ${version}, whose fetch and https go around grantbox: NODE_USE_ENV_PROXY is known since 22.21 and 24.5\n`
}

function versionOf(node: string, env: Variables, cwd: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(node, ['--version'], { env, cwd }, (_error, stdout) => resolve(/^v(\d+\.\d+\.\d+)/.exec(stdout)?.[1]))
  })
}

/** Whether this Node.js knows NODE_USE_ENV_PROXY, for `fetch` and `node:https` alike. */
export function readsProxyVariables(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21)
}

/** Tells of hosts that grantbox has and programs call elsewhere. */
export function aroundWords(hosts: readonly string[], env: Variables): string {
  const around = calledAround(hosts, env)
  return around.length === 0 ? '' : `grantbox: NO_PROXY leads around grantbox to ${around.join(', ')}\n`
}

/** The hosts that a command was refused. */
export function refusedWords({ refused, mode }: ProxyReport): string {
  if (refused.length === 0) return ''
  const rows = refused.map(({ host, port, count }) => `  ${host}:${port}${count === 1 ? '' : `, ${count} times`}\n`)
  const why = mode === 'known' ? 'hosts of no sandbox' : "link-local or of a cloud's metadata"
  return `grantbox run: refused, being ${why}:\n${rows.join('')}`
}

/** The rules that clients broke, as their requests prove: a line for each client. */
export function hintsWords(sandboxes: readonly Sandbox[]): string {
  const lines = sandboxes.flatMap((sandbox) =>
    [...Map.groupBy(hintsOf(sandbox), ({ client_id }) => client_id)].map(([client_id, hints]) => {
      const count = hints.length === 1 ? '1 hint' : `${hints.length} hints`
      return `grantbox run: ${count} about ${client_id} of ${sandbox.name}: ${hints.map(({ rule }) => rule).join(', ')}\n`
    }),
  )
  return lines.join('')
}
