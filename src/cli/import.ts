import { given } from '../basics/given.ts'
import type { Flags } from '../config/flags.ts'
import { formatNames, type ImportWishes, vendorReading } from '../config/import/registry.ts'
import type { ControlClient } from '../library/control-client.ts'
import type { ImportedDocument } from '../library/import.ts'
import type { Vendor } from '../providers/registry.ts'
import type { Command, CommandContext } from './command.ts'
import { controlFlags, reach } from './control.ts'
import { declareAll, problem, type ReadFile, readDocuments, readImportArguments } from './import-arguments.ts'
import { writeConfig } from './import-out.ts'

const flags: Flags = {
  ...controlFlags,
  sandbox: { value: 'NAME', description: 'what the sandbox is called (made of the document)' },
  format: { value: 'NAME', description: `what the file is, where that is not clear: ${formatNames.join(', ')}` },
  out: { value: 'CONFIG', description: 'write it into a config file, instead of asking a running grantbox' },
}

const usage = 'expected: grantbox import FILE [--sandbox NAME] [--format NAME] [--out CONFIG]'

/** A document, and the vendor who makes spaces of it. */
interface Read extends ReadFile {
  vendor: Vendor | undefined
}

/** `grantbox import FILE`: a document of another server or tool, into a running grantbox or a config file. */
export const importCommand: Command = {
  flags,
  usage: 'import FILE [flags]',
  async run(context) {
    const { files, text } = readImportArguments(context.argv, flags, usage)
    const wishes = { format: text('format'), name: text('sandbox') }
    if (wishes.format !== undefined && !formatNames.includes(wishes.format))
      throw problem('flag --format', `expected one of ${formatNames.join(', ')}, got ${JSON.stringify(wishes.format)}`)
    const documents = await readDocuments(files, context)
    const read = documents.map((one) => ({ ...one, vendor: vendorReading(one.document, wishes.format) }))
    const out = text('out')
    if (out !== undefined) return write(read, wishes, out, context)
    const { client } = await reach({ ...context, argv: context.argv.filter((one) => !files.includes(one)) }, flags)
    for (const { document, vendor } of read) {
      if (vendor === undefined) await send(document, wishes, client, context)
      else await sendSpaces(document, wishes.name ?? vendor.id, client, context)
    }
    return 0
  },
}

async function send(document: unknown, { format, name }: ImportWishes, client: ControlClient, { stdout, stderr }: CommandContext) {
  const query = new URLSearchParams(given({ format, sandbox: name }))
  const { sandboxes, left, providers } = await client.post<ImportedDocument>(`/import?${query}`, Object(document))
  for (const { name, base_url } of sandboxes) stdout.write(`${name} is at ${base_url}.\n`)
  for (const line of left) stderr.write(`  Left: ${line}\n`)
  if (providers.length > 0) stderr.write('What is declared so is there until grantbox ends. For good: --out CONFIG\n')
}

async function sendSpaces(document: unknown, name: string, client: ControlClient, { stdout, stderr }: CommandContext) {
  const path = `/sandboxes/${encodeURIComponent(name)}/import`
  const { items } = await client.post<{ items: { space: string; left: string[] }[] }>(path, Object(document))
  for (const { space, left } of items) {
    stdout.write(`${space} is in sandbox ${name}.\n`)
    for (const one of left) stderr.write(`  Left: ${one}\n`)
  }
}

async function write(read: readonly Read[], wishes: ImportWishes, out: string, { cwd, stderr }: CommandContext): Promise<number> {
  const ofVendors = read.filter(({ vendor }) => vendor !== undefined)
  const others = read.filter(({ vendor }) => vendor === undefined)
  const { content, left, providers } = await declareAll(others, wishes)
  const import_realm = ofVendors.map(({ file }) => file).join(',')
  await writeConfig({ ...content, ...(import_realm !== '' && { import_realm }) }, out, cwd)
  for (const line of left) stderr.write(`  Left: ${line}\n`)
  const provider = ofVendors[0]?.vendor?.id ?? providers[0]
  stderr.write(`Wrote ${out}. Start with: grantbox --config ${out}${provider === undefined ? '' : ` --provider ${provider}`}\n`)
  return 0
}
