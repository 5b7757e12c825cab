import { type Config, loadConfig } from '../config/config.ts'
import { ConfigError } from '../config/error.ts'
import { type Flags, parseFlags } from '../config/flags.ts'
import { ControlClient } from '../library/control-client.ts'
import { madeSandboxes, type SandboxInfo } from '../library/sandbox.ts'
import { originOf } from '../start/origin.ts'
import type { CommandContext } from './command.ts'

/** The flags of commands that speak to a running grantbox. */
export const urlFlags: Flags = {
  url: { value: 'URL', description: 'address of the grantbox to ask (GRANTBOX_URL, else made from --host and --port)' },
}

/** Those of commands that are about one of its sandboxes. */
export const controlFlags: Flags = {
  ...urlFlags,
  sandbox: { value: 'NAME', description: 'the sandbox (the default one)' },
}

/** Those of commands that may be about one of a sandbox's spaces. */
export const spaceFlags: Flags = {
  ...controlFlags,
  space: { value: 'NAME', description: 'the realm, pool or tenant in the sandbox (the first one)' },
}

/** A running grantbox, as a command found it. */
export interface Reached {
  /** For the space that is meant. */
  client: ControlClient
  /** What the settings are here; of the grantbox that was found, some may differ. */
  config: Config
  /** What the command's own flags said. */
  values: ReadonlyMap<string, string>
  /** The sandbox that is meant. */
  sandbox(): Promise<SandboxInfo>
}

/** Finds the grantbox that a command speaks to. @throws ConfigError for flags that are wrong */
export async function reach({ argv, env, cwd }: CommandContext, flags: Flags): Promise<Reached> {
  const config = await loadConfig({ argv, env, cwd, commandFlags: flags })
  // The settings were checked just now, and are of no more use here.
  const own = argv.filter((_, index) => isOwn(argv, index, flags))
  const { values } = parseFlags(own, flags)
  const url = values.get('url') ?? (env.GRANTBOX_URL || undefined) ?? originOf(config.host, config.port)
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url)) {
    throw new ConfigError([{ where: 'flag --url', message: `expected an http or https URL, got ${JSON.stringify(url)}` }])
  }
  const client = new ControlClient(url, config.admin_token)
  const space = values.get('space')
  return {
    client: space === undefined ? client : client.inSpace(space),
    config,
    values,
    async sandbox() {
      const name = values.get('sandbox')
      if (name !== undefined) return client.get(`/sandboxes/${encodeURIComponent(name)}`)
      const found = (await madeSandboxes(client)).find((one) => one.default)
      if (found === undefined)
        throw new ConfigError([{ where: 'flag --sandbox', message: 'expected a name, for there is no default sandbox' }])
      return found
    },
  }
}

/** Whether an argument is one of these flags, or the value of one. */
function isOwn(argv: readonly string[], index: number, flags: Flags): boolean {
  const nameOf = (text = '') => /^--([^=]+)/.exec(text)?.[1] ?? ''
  const name = nameOf(argv[index])
  if (Object.hasOwn(flags, name)) return true
  const before = argv[index - 1] ?? ''
  return name === '' && !before.includes('=') && flags[nameOf(before)]?.value !== undefined
}
