import { loadConfig } from '../config/config.ts'
import { ConfigError } from '../config/error.ts'
import { type Flags, parseFlags } from '../config/flags.ts'
import { reasonOf } from '../library/control-client.ts'
import { originOf } from '../start/origin.ts'
import type { Command } from './command.ts'

const flags: Flags = { url: { value: 'URL', description: 'address of the grantbox to ask (made from --host and --port)' } }

/** Long enough for a busy machine, shorter than a container's usual timeout for a health check. */
const patience = 5_000

/** `grantbox health`: exit code 0 when it answers that all is well, 1 otherwise. */
export const health: Command = {
  flags,
  async run({ argv, env, cwd, stdout, stderr }) {
    const { host, port } = await loadConfig({ argv, env, cwd, commandFlags: flags })
    const url =
      parseFlags(argv, flags)
        .values.get('url')
        ?.replace(/(?<!\/)\/+$/, '') ?? originOf(host, port)
    if (!URL.canParse(url))
      throw new ConfigError([{ where: 'flag --url', message: `expected an http or https URL, got ${JSON.stringify(url)}` }])
    try {
      const response = await fetch(`${url}/_grantbox/health`, { signal: AbortSignal.timeout(patience) })
      const body = await response.text()
      if (response.ok) stdout.write(`${url} is well: ${body.trim()}\n`)
      else stderr.write(`${url} answers ${response.status}: ${body.trim()}\n`)
      return response.ok ? 0 : 1
    } catch (error) {
      stderr.write(`${url} does not answer: ${reasonOf(error)}\n`)
      return 1
    }
  },
}
