import type { Flags } from '../config/flags.ts'
import type { App, MadeSecret } from '../library/apps.ts'
import type { Command } from './command.ts'
import { reach, spaceFlags } from './control.ts'
import { firstClient } from './token.ts'

const flags: Flags = {
  ...spaceFlags,
  'client-id': { value: 'ID', description: 'the client (the first of the sandbox)' },
  'expires-in': { value: 'TIME', description: 'how long it lives, such as 10m (as long as it may)' },
  json: { description: 'print when it expires as well' },
}

/** `grantbox secret`: makes a client secret, for a vendor whose clients make theirs of a key, and prints it. */
export const secret: Command = {
  flags,
  async run(context) {
    const { client, values, sandbox } = await reach(context, flags)
    const path = `/sandboxes/${(await sandbox()).name}`
    const client_id = values.get('client-id') ?? firstClient((await client.get<{ items: App[] }>(`${path}/apps`)).items)
    const wanted = { expires_in: values.get('expires-in') }
    const made = await client.post<MadeSecret>(`${path}/clients/${encodeURIComponent(client_id)}/secret`, wanted)
    context.stdout.write(`${values.has('json') ? JSON.stringify(made) : made.client_secret}\n`)
    return 0
  },
}
