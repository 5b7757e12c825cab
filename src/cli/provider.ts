import type { Flags } from '../config/flags.ts'
import { formatNames } from '../config/import/registry.ts'
import type { Command } from './command.ts'
import { declareAll, problem, readDocuments, readImportArguments } from './import-arguments.ts'
import { configText, writeConfig } from './import-out.ts'

const flags: Flags = {
  name: { value: 'NAME', description: 'what to call the provider (made of the document)' },
  format: { value: 'NAME', description: `what the file is, where that is not clear: ${formatNames.join(', ')}` },
  out: { value: 'FILE', description: 'write there, JSON for a .json file and else YAML (prints YAML)' },
}

const usage = 'expected: grantbox provider import FILE [--name NAME] [--out FILE]'

/** `grantbox provider import FILE`: what `grantbox import FILE --out CONFIG` writes, printed where no file is named. */
export const provider: Command = {
  flags,
  usage: 'provider import FILE [flags]',
  async run(context) {
    const { files, text } = readImportArguments(context.argv, flags, usage)
    const [command, file, ...more] = files
    if (command !== 'import' || file === undefined || more.length > 0) throw problem('grantbox provider', usage)
    const imported = await declareAll(await readDocuments([file], context), { format: text('format'), name: text('name') })
    for (const line of imported.left) context.stderr.write(`${line}\n`)
    const out = text('out')
    if (out === undefined) {
      context.stdout.write(configText(imported.content, 'config.yaml'))
      return 0
    }
    await writeConfig(imported.content, out, context.cwd)
    const [name] = imported.providers
    const what = name === undefined ? '' : ` provider ${name} to`
    context.stderr.write(`Wrote${what} ${out}. Start with: grantbox --config ${out}${name === undefined ? '' : ` --provider ${name}`}\n`)
    return 0
  },
}
