import { ImportError } from '../../providers/data/import.ts'
import { type Vendor, vendors } from '../../providers/registry.ts'
import type { Declared } from '../../sandbox/declared.ts'
import { mentionedVendors, readDeclarations } from '../declarations.ts'
import { ConfigError } from '../error.ts'
import { unknown } from '../flags.ts'
import { dex } from './dex.ts'
import { discovery, postman } from './documents.ts'
import { duende } from './duende.ts'
import { emulate } from './emulate.ts'
import type { Content, ImportFormat } from './format.ts'
import { mapping } from './members.ts'
import { navikt } from './navikt.ts'

/** Every format that is read; the first that takes a document for one of its own reads it. */
const formats: readonly ImportFormat[] = [postman, navikt, dex, duende, emulate, discovery]

/** Vendors whose own documents make spaces, such as realms. */
const ofVendors = vendors.filter(({ reads }) => reads !== undefined)

/** What `--format` may say. */
export const formatNames: readonly string[] = [...ofVendors.map(({ id }) => id), ...formats.map(({ name }) => name)]

/** How a document is to be read. */
export interface ImportWishes {
  /** One of {@link formatNames}; found out when absent. */
  format?: string | undefined
  /** What the provider or the sandbox is to be called. */
  name?: string | undefined
}

/** A document as what a config file declares. */
export interface ImportedDocument {
  format: string
  content: Content
  declared: Declared
  /** What could not be taken over, a line each. */
  left: readonly string[]
}

/**
 * The vendor who reads a document into spaces of its own, if one does.
 * @param wanted one of {@link formatNames}, when somebody said it
 */
export function vendorReading(document: unknown, wanted?: string): Vendor | undefined {
  return ofVendors.find(({ id, reads }) => (wanted === undefined ? reads?.(document) === true : id === wanted))
}

/**
 * Reads a document of another server or tool, whichever it is.
 * @param label how problems name it
 * @throws ConfigError with every problem
 */
export async function importDocument(
  document: unknown,
  label: string,
  { format: wanted, name }: ImportWishes = {},
): Promise<ImportedDocument> {
  if (isDeeper(document, deepest)) throw problem(label, `expected at most ${deepest} levels, got more`)
  const format = wanted === undefined ? recognised(document, label) : formats.find((one) => one.name === wanted)
  if (format === undefined) throw problem('--format', unknown('format', wanted ?? '', formatNames))
  const nameless = withoutProto(document)
  const { left, ...content } = read(format, document, name, label)
  const { declared, problems } = readDeclarations({ ...content }, label, await mentionedVendors({ ...content }))
  if (problems.length > 0) throw new ConfigError(problems)
  return { format: format.name, content, declared, left: nameless ? [...left, 'members called __proto__, a name that no table has'] : left }
}

/** Takes such members out of a document, in which only somebody who tries that has any. @returns whether there were some */
function withoutProto(value: unknown, known = new Set<unknown>()): boolean {
  if (typeof value !== 'object' || value === null || known.has(value)) return false
  known.add(value)
  const found = Object.hasOwn(value, '__proto__')
  if (found) Reflect.deleteProperty(value, '__proto__')
  return Object.values(value).reduce((some: boolean, one) => withoutProto(one, known) || some, found)
}

function read(format: ImportFormat, document: unknown, name: string | undefined, label: string) {
  try {
    return format.read(document, name)
  } catch (error) {
    if (!(error instanceof ImportError)) throw error
    throw problem(label, error.message)
  }
}

function recognised(document: unknown, label: string): ImportFormat {
  const found = formats.find((one) => one.reads(document))
  if (found !== undefined) return found
  const names = Object.keys(mapping(document) ?? {})
  if (names.includes('providers') || names.includes('sandboxes')) throw problem(label, 'is a config file of grantbox: start with --config')
  if (mapping(document)?.format === 'grantbox-snapshot')
    throw problem(label, 'is a snapshot of grantbox: PUT it to /_grantbox/sandboxes/NAME/snapshot')
  const came = names.length > 0 ? `names such as ${names.slice(0, 5).join(', ')}` : kindOf(document)
  const others = formats.filter((one) => one !== discovery && one !== postman).map((one) => `${one.what} (${one.name})`)
  const spaces = ofVendors.map(({ id, name }) => `an export of ${name} (${id})`)
  const known = `${discovery.what} or ${postman.what}; or ${[...spaces, ...others].join(', ')}`
  throw problem(label, `expected ${known}; got ${came}. If it is one of them, say which: --format NAME`)
}

function kindOf(document: unknown): string {
  if (document === undefined || document === null) return 'nothing'
  return Array.isArray(document) ? 'a list' : typeof document
}

/** Deeper than anything that anybody writes. */
const deepest = 100

/** Goes level by level, as no stack is deep enough for everybody's file. */
function isDeeper(document: unknown, levels: number): boolean {
  let level: unknown[] = [document]
  for (let depth = 0; depth <= levels && level.length > 0; depth++) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return level.length > 0
}

function problem(where: string, message: string): ConfigError {
  return new ConfigError([{ where, message }])
}
