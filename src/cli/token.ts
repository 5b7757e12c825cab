import { ConfigError } from '../config/error.ts'
import type { Flags } from '../config/flags.ts'
import type { App } from '../library/apps.ts'
import type { TokenAnswer } from '../library/tokens.ts'
import type { Command } from './command.ts'
import { reach, spaceFlags } from './control.ts'

const flags: Flags = {
  ...spaceFlags,
  'client-id': { value: 'ID', description: 'the client (the first of the sandbox)' },
  username: { value: 'NAME', description: "the user (none: the client's own token)" },
  scope: { value: 'SCOPE', description: "its scope (all of the client's app)" },
  'expires-in': { value: 'TIME', description: 'how long it lives, such as 10m (as long as all do)' },
  claims: { value: 'JSON', description: 'further claims, an object (none)' },
  json: { description: 'print the whole answer instead of the access token' },
}

/** `grantbox token`: mints tokens without a flow and prints the access token. */
export const token: Command = {
  flags,
  async run(context) {
    const { client, values, sandbox } = await reach(context, flags)
    const { name } = await sandbox()
    const path = `/sandboxes/${name}`
    const claims = readClaims(values.get('claims'))
    const client_id = values.get('client-id') ?? firstClient((await client.get<{ items: App[] }>(`${path}/apps`)).items)
    const expires_in = values.get('expires-in')
    const answer = await client.post<TokenAnswer>(`${path}/tokens`, {
      client_id,
      username: values.get('username'),
      scope: values.get('scope'),
      expires_in,
      claims,
    })
    context.stdout.write(`${values.has('json') ? JSON.stringify(answer) : answer.access_token}\n`)
    return 0
  },
}

/** The client that is meant when none is named. */
export function firstClient(apps: readonly App[]): string {
  const first = apps.flatMap((app) => app.clients)[0]
  if (first === undefined) throw new ConfigError([{ where: 'flag --client-id', message: 'expected a client, for the sandbox has none' }])
  return first.client_id
}

function readClaims(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(text)
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return claims as Record<string, unknown>
  } catch {
    // Said below, as for any other JSON.
  }
  throw new ConfigError([{ where: 'flag --claims', message: `expected a JSON object, got ${JSON.stringify(text)}` }])
}
