import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { withEnvironment } from '../basics/placeholders.ts'
import { ConfigError } from '../config/error.ts'
import { textOf } from '../config/file.ts'
import type { Flags } from '../config/flags.ts'
import { vendors } from '../providers/registry.ts'
import type { Command } from './command.ts'
import { controlFlags, reach } from './control.ts'
import { provider } from './provider.ts'

const flags: Flags = {
  ...controlFlags,
  out: { value: 'CONFIG', description: 'write a config file that reads it at the start, instead of asking a running grantbox' },
}

const usage = 'expected: grantbox import FILE [--sandbox NAME] [--out CONFIG]'

/** `grantbox import FILE`: a vendor's document, as the export of a realm, into a running grantbox or a config file; others as `provider import`. */
export const importCommand: Command = {
  flags,
  usage: 'import FILE [flags]',
  async run(context) {
    const { argv, cwd, env, stdout, stderr } = context
    const { file, out } = readArguments(argv)
    const document = await readJson(resolve(cwd, file), file, env)
    const vendor = vendors.find(({ reads }) => reads?.(document) === true)
    if (vendor === undefined) return provider.run({ ...context, argv: ['import', ...argv] })
    if (out !== undefined) {
      await writeFile(resolve(cwd, out), `${JSON.stringify({ import_realm: file }, undefined, 2)}\n`)
      stderr.write(`Wrote ${out}. Start with: grantbox --config ${out} --provider ${vendor.id}\n`)
      return 0
    }
    const { client, values } = await reach({ ...context, argv: argv.filter((one) => one !== file) }, flags)
    const name = values.get('sandbox') ?? vendor.id
    const { items } = await client.post<{ items: { space: string; left: string[] }[] }>(
      `/sandboxes/${encodeURIComponent(name)}/import`,
      Object(document),
    )
    for (const { space, left } of items) {
      stdout.write(`${space} is in sandbox ${name}.\n`)
      for (const one of left) stderr.write(`  Left: ${one}\n`)
    }
    return 0
  },
}

function readArguments(argv: readonly string[]): { file: string; out: string | undefined } {
  const options = Object.fromEntries(Object.keys(flags).map((name) => [name, { type: 'string' as const }]))
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false })
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new ConfigError([{ where: 'grantbox import', message: usage }])
  return { file, out: typeof values.out === 'string' ? values.out : undefined }
}

async function readJson(path: string, label: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  try {
    const text = textOf(await readFile(path))
    if (typeof text !== 'string') throw new Error(`got ${text.came}; save it as UTF-8`)
    return JSON.parse(withEnvironment(text, env))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigError([{ where: label, message: `expected a file of JSON that can be read (${why})` }])
  }
}
