import { isLoopbackName } from '../basics/loopback.ts'
import { type Config, loadConfig } from '../config/config.ts'
import { type Flags, parseFlags } from '../config/flags.ts'
import { portsIn } from '../config/schema.ts'
import { idleSettings } from '../sandbox/idle-settings.ts'
import type { GrantboxServer } from '../start/grantbox-server.ts'
import type { ListenOptions } from '../start/listen.ts'
import { renderBanner } from './banner.ts'
import type { Command, CommandContext } from './command.ts'
import { untilStopped } from './stop.ts'
import { watchFile } from './watch-config.ts'

const flags: Flags = { json: { description: 'print one line of JSON instead of the banner' } }

/** How long requests in flight may take to be answered when grantbox stops. */
const graceMs = 5_000

/** How long the certificate authority waits for the first request; milliseconds. */
const certificatesAfterMs = 100

/** `grantbox start`: listens until a signal comes. */
export const start: Command = {
  flags,
  async run(context) {
    const { argv, env, cwd, stdout, stderr } = context
    const config = await loadConfig({ argv, env, cwd, commandFlags: flags })
    const { listen } = await import('../start/listen.ts')
    const { server, origin, close } = await listen(listenOptions(config))
    let unwatch = () => {}
    try {
      const stopped = untilStopped(() => {
        unwatch()
        return close(graceMs)
      }, stderr)
      if (config.config !== undefined) unwatch = watchFile(config.config, () => reload(config, server, context))
      tellIdleSettings(config, server, context)
      tellAutoSignIn(config, server, context)
      const info = server.describe(origin)
      const json = parseFlags(argv, flags).values.has('json')
      stdout.write(json ? `${JSON.stringify(info)}\n` : renderBanner(info, terminalOf(context)))
      // Whoever shares the data folder, as the next container does, finds the authority there without asking for it. To make or
      // to read it takes as long as the first answer, which comes first.
      setTimeout(
        () => server.certificates.ca().catch((error: unknown) => stderr.write(`${messageOf(error)}\n`)),
        certificatesAfterMs,
      ).unref()
      await stopped
    } finally {
      await close(0)
    }
    return 0
  },
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What the settings say of the server, and of where and with which limits it listens. */
export function listenOptions(config: Config): ListenOptions {
  return {
    port: config.port,
    requestTimeout: config.request_timeout * 1000,
    maxHeaderSize: config.max_header_size,
    maxConnections: config.max_connections,
    dataDir: config.data,
    db: config.db,
    defaultProvider: config.provider,
    host: config.host,
    logLevel: config.log_level,
    declared: config.declared,
    trustProxy: config.trust_proxy,
    clientCertificates: config.client_certificates,
    bodyLimit: config.body_limit,
    journalSize: config.journal_size,
    journalMemory: config.journal_memory * 1024 * 1024,
    portOf: portsIn(config.port_of),
    imports: config.import_realm?.split(','),
    proxy: config.proxy,
    nextProxy: config.proxy_next,
    proxyAllow: config.proxy_allow?.toLowerCase().split(','),
    ...(config.issuer !== undefined && { issuer: config.issuer }),
    ...(config.public_url !== undefined && { publicUrl: config.public_url }),
    ...(config.internal_url !== undefined && { internalUrl: config.internal_url }),
    ...(config.admin_token !== undefined && { adminToken: config.admin_token }),
  }
}

/** Tells which sandboxes sign anybody in who can reach them: from other machines, or by a proxy, behind which all seem to be here. */
function tellAutoSignIn(config: Config, { sandboxes }: GrantboxServer, { stderr }: CommandContext): void {
  const { host, trust_proxy, public_url, internal_url } = config
  const isElsewhere = (url: string | null | undefined) => typeof url === 'string' && !isLoopbackName(new URL(url).hostname)
  const isOpen = !isLoopbackName(host) || trust_proxy !== 'off' || isElsewhere(public_url) || isElsewhere(internal_url)
  for (const { name, settings } of sandboxes.list()) {
    const { auto_sign_in } = settings
    if (auto_sign_in === null || !(isOpen || isElsewhere(settings.public_url) || isElsewhere(settings.internal_url))) continue
    stderr.write(`Sandbox ${name} signs everybody in who can reach it, without a password (auto_sign_in: ${auto_sign_in}).\n`)
  }
}

/** Tells which settings of the file's sandboxes have no effect. */
function tellIdleSettings({ declared }: Pick<Config, 'declared'>, { sandboxes }: GrantboxServer, { stderr }: CommandContext): void {
  for (const { name } of declared?.sandboxes ?? []) {
    const sandbox = sandboxes.find(name)
    for (const note of sandbox === undefined ? [] : idleSettings(sandbox)) stderr.write(`Sandbox ${name}: ${note}.\n`)
  }
}

/** Applies what the changed file declares; what cannot be applied is told, and what held before goes on. */
async function reload(before: Config, server: GrantboxServer, context: CommandContext): Promise<void> {
  const { argv, env, cwd, stderr } = context
  try {
    const { declared = { providers: [], sandboxes: [] }, ...settings } = await loadConfig({ argv, env, cwd, commandFlags: flags })
    await server.declare(declared)
    tellIdleSettings({ declared }, server, context)
    tellAutoSignIn(before, server, context)
    const { declared: _declared, ...old } = before
    const same = JSON.stringify(settings) === JSON.stringify(old)
    stderr.write(`The config file was applied.${same ? '' : ' Settings other than providers and sandboxes need a restart.'}\n`)
  } catch (error) {
    stderr.write(`The config file was not applied. ${messageOf(error)}\n`)
  }
}

/** Colours only on a terminal that has them and nobody forbade (NO_COLOR, TERM=dumb). */
function terminalOf({ stdout, env }: CommandContext): { color: boolean; columns: number } {
  const terminal = stdout === process.stdout && process.stdout.isTTY ? process.stdout : undefined
  return { color: terminal?.hasColors(env) ?? false, columns: terminal?.columns ?? 100 }
}
