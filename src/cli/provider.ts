import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError } from '../config/error.ts'
import { textOf } from '../config/file.ts'
import { type Flags, unknown } from '../config/flags.ts'
import type { Command } from './command.ts'

const flags: Flags = {
  name: { value: 'NAME', description: 'what to call the provider (made of the document)' },
  out: { value: 'FILE', description: 'write there, JSON for a .json file and else YAML (prints YAML)' },
}

const usage = 'expected: grantbox provider import FILE [--name NAME] [--out FILE]'

/** `grantbox provider import FILE`: a discovery document or a Postman collection as the declaration of a provider. */
export const provider: Command = {
  flags,
  usage: 'provider import FILE [flags]',
  async run({ argv, cwd, stdout, stderr }) {
    const { file, name, out } = readArguments(argv)
    const { importProvider } = await import('./provider-import.ts')
    const imported = importProvider(await readJson(resolve(cwd, file), file), file, name)
    for (const note of imported.notes) stderr.write(`${note}\n`)
    const text = out?.endsWith('.json') === true ? imported.json : imported.yaml
    if (out === undefined) stdout.write(text)
    else {
      await writeFile(resolve(cwd, out), text)
      stderr.write(`Wrote provider ${imported.name} to ${out}. Start with: grantbox --config ${out} --provider ${imported.name}\n`)
    }
    return 0
  },
}

function readArguments(argv: readonly string[]): { file: string; name: string | undefined; out: string | undefined } {
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    options: { name: { type: 'string' }, out: { type: 'string' } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind === 'option' && !Object.hasOwn(flags, token.name)) {
      throw problem(`flag ${token.rawName}`, unknown('flag', token.name, Object.keys(flags), '--'))
    }
    if (token.kind === 'option' && (token.value === undefined || token.value === ''))
      throw problem(`flag ${token.rawName}`, 'expected a value, got none')
  }
  const [command, file, ...more] = positionals
  if (command !== 'import' || file === undefined || more.length > 0) throw problem('grantbox provider', usage)
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return { file, name: text(values.name), out: text(values.out) }
}

async function readJson(path: string, label: string): Promise<unknown> {
  try {
    const text = textOf(await readFile(path))
    if (typeof text !== 'string') throw new Error(`got ${text.came}; save it as UTF-8`)
    return JSON.parse(text)
  } catch (error) {
    throw problem(label, `expected a file of JSON that can be read (${error instanceof Error ? error.message : String(error)})`)
  }
}

function problem(where: string, message: string): ConfigError {
  return new ConfigError([{ where, message }])
}
