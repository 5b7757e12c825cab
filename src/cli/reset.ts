import type { Flags } from '../config/flags.ts'
import { madeSandboxes } from '../library/sandbox.ts'
import type { Command } from './command.ts'
import { controlFlags, reach } from './control.ts'

const flags: Flags = { ...controlFlags, all: { description: 'all sandboxes' } }

/** `grantbox reset`: a sandbox back to its preloaded state. */
export const reset: Command = {
  flags,
  async run(context) {
    const { client, values, sandbox } = await reach(context, flags)
    const wanted = values.has('all') ? await madeSandboxes(client) : [await sandbox()]
    for (const { name } of wanted) {
      await client.post(`/sandboxes/${encodeURIComponent(name)}/reset`)
      context.stdout.write(`${name} is as it was when it was created.\n`)
    }
    return 0
  },
}
