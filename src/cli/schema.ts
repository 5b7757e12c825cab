import type { Command } from './command.ts'

/** `grantbox schema`: the JSON Schema of the config file, for editors. */
export const schema: Command = {
  flags: {},
  async run({ stdout }) {
    const { configJsonSchema } = await import('../config/json-schema.ts')
    stdout.write(`${JSON.stringify(await configJsonSchema(), undefined, 2)}\n`)
    return 0
  },
}
