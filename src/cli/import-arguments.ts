import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError } from '../config/error.ts'
import { type Flags, unknown } from '../config/flags.ts'
import { readDocument } from '../config/import/document.ts'
import type { Content } from '../config/import/format.ts'
import { type ImportWishes, importDocument, vendorReading } from '../config/import/registry.ts'
import type { CommandContext } from './command.ts'
import { joinContents } from './import-out.ts'

/** The arguments of commands that read documents: files, and flags with a value each. @throws ConfigError */
export function readImportArguments(argv: readonly string[], flags: Flags, usage: string) {
  const options = Object.fromEntries(Object.keys(flags).map((name) => [name, { type: 'string' as const }]))
  const { values, positionals, tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    if (!Object.hasOwn(flags, token.name)) throw problem(`flag ${token.rawName}`, unknown('flag', token.name, Object.keys(flags), '--'))
    if (token.value === undefined || token.value === '') throw problem(`flag ${token.rawName}`, 'expected a value, got none')
  }
  if (positionals.length === 0) throw problem('grantbox import', usage)
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined)
  return { files: positionals, text }
}

/** A document as it stands in a file. */
export interface ReadFile {
  file: string
  document: unknown
}

/** @throws ConfigError for the first that cannot be read */
export function readDocuments(files: readonly string[], { cwd, env }: CommandContext): Promise<ReadFile[]> {
  return Promise.all(files.map(async (file) => ({ file, document: await readDocument(resolve(cwd, file), file, env) })))
}

/** What a config file declares of documents, all of them together. @throws ConfigError */
export async function declareAll(read: readonly ReadFile[], wishes: ImportWishes) {
  let content: Content = {}
  const left: string[] = []
  const providers = new Set<string>()
  for (const { file, document } of read) {
    if (vendorReading(document, wishes.format) !== undefined)
      throw problem(file, 'is read at the start (--import-realm), or by grantbox import')
    const imported = await importDocument(document, file, wishes)
    content = joinContents(content, imported.content)
    for (const { id } of imported.declared.providers) providers.add(id)
    left.push(...imported.left.map((line) => (read.length > 1 ? `${file}: ${line}` : line)))
  }
  return { content, left, providers: [...providers] }
}

export function problem(where: string, message: string): ConfigError {
  return new ConfigError([{ where, message }])
}
