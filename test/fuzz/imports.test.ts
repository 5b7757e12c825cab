import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc, { type Arbitrary } from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { readDocument } from '../../src/config/import/document.ts'
import { formatNames, importDocument, vendorReading } from '../../src/config/import/registry.ts'
import { start } from '../support/server.ts'
import { seeds } from './seeds.ts'
import { nastyJson, nastyText } from './values.ts'

/** As in fuzz.test.ts: a twentieth of the requests are documents for the importers, once as files and once in requests. */
const documents = Math.ceil(Number(process.env.GRANTBOX_FUZZ_REQUESTS ?? 2000) / 20)
/** How long one document may take, milliseconds: far more than any should. */
const patience = 10_000

const folder = join(import.meta.dirname, '../data/imports')
const files = await Promise.all(
  (await readdir(folder)).sort().map(async (name) => {
    const text = await readFile(join(folder, name), 'utf8')
    return { name, text, document: parse(text) as unknown }
  }),
)
/** A share for each seed. */
const ways = { numRuns: Math.ceil(documents / seeds.length), interruptAfterTimeLimit: 3_600_000, endOnFailure: true }

type Path = readonly (string | number)[]

/** Every place in a document, with its own. */
function placesIn(value: unknown, at: Path = []): Path[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return [at, ...inner.flatMap(([name, one]) => placesIn(one, [...at, Array.isArray(value) ? Number(name) : name]))]
}

const allPlaces = files.flatMap(({ document }) => placesIn(document).map((at) => ({ document, at })))
const names = [...new Set(allPlaces.flatMap(({ at }) => at.filter((one) => typeof one === 'string')))]

function valueAt(document: unknown, at: Path): unknown {
  return at.reduce<unknown>((inner, name) => (inner as Record<string | number, unknown>)[name], document)
}

/** The document with what `change` makes of the value at a place; undefined takes it out. */
function changed(document: unknown, [first, ...rest]: Path, change: (value: unknown) => unknown): unknown {
  if (first === undefined) return change(document)
  const inner = (document as Record<string | number, unknown>)[first]
  const value = changed(inner, rest, change)
  if (Array.isArray(document)) return document.flatMap((one, index) => (index !== first ? [one] : value === undefined ? [] : [value]))
  const others = Object.entries(document as object).filter(([name]) => name !== first)
  return Object.fromEntries(value === undefined ? others : [...others, [first, value]])
}

/** What takes the place of a value. */
const change: Arbitrary<(value: unknown) => unknown> = fc.oneof(
  fc.constantFrom(
    () => undefined,
    () => null,
    (value: unknown) => [value, value],
    (value: unknown) => ({ value }),
    (value: unknown) => (Array.isArray(value) ? [...value, ...value] : String(value)),
    (value: unknown) => Array(200).fill(value),
  ),
  fc.oneof(nastyJson, nastyText).map((one) => () => one),
  fc.constantFrom(...allPlaces).map(
    ({ document, at }) =>
      () =>
        valueAt(document, at),
  ),
  fc.tuple(fc.oneof(fc.constantFrom(...names), nastyText), nastyJson).map(
    ([name, one]) =>
      (value: unknown) =>
        typeof value === 'object' && value !== null ? Object.fromEntries([...Object.entries(value), [name, one]]) : one,
  ),
)

/** A right document in which up to three things have gone wrong. */
const mutant = fc
  .record({ file: fc.constantFrom(...files), wrongs: fc.array(fc.tuple(fc.nat(), change), { maxLength: 3 }) })
  .map(({ file, wrongs }) => {
    const document = wrongs.reduce<unknown>((before, [where, how]) => {
      const places = placesIn(before)
      return changed(before, places[where % places.length] ?? [], how)
    }, file.document)
    return { name: file.name, document }
  })

const bits = [
  '&a ',
  '*a',
  '!!js/function ',
  '!!binary ',
  '<<: *a',
  '\t',
  '? ',
  '- ',
  ': ',
  '---\n',
  '...\n',
  '|\n',
  '"',
  "'",
  '{',
  '[',
  '}',
  ']',
  '\0',
  '\ufeff',
  '\\u0000',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it stands for the environment
  '${HOME}',
  '${',
  '#',
  '%YAML 9\n',
  '0x',
  '.inf',
  '&a [*a]',
  '[['.repeat(3000),
]

/** The bytes of a file in which something has gone wrong, or of a document in which it has. */
const spoilt = fc.oneof(
  mutant.map(({ name, document }) => ({ name: name.replace(/\.yaml$/, '.json'), bytes: Buffer.from(JSON.stringify(document) ?? '') })),
  fc
    .record({
      file: fc.constantFrom(...files),
      wrongs: fc.array(fc.tuple(fc.nat(), fc.nat(8), fc.oneof(fc.constantFrom(...bits), nastyText)), { minLength: 1, maxLength: 4 }),
      encoding: fc.constantFrom('utf8', 'utf8', 'utf8', 'utf8', 'latin1', 'utf16le'),
    })
    .map(({ file, wrongs, encoding }) => {
      const text = wrongs.reduce((before, [where, removed, bit]) => {
        const at = where % (before.length + 1)
        return before.slice(0, at) + bit + before.slice(at + removed)
      }, file.text)
      return { name: file.name, bytes: Buffer.from(text, encoding as BufferEncoding) }
    }),
)

const wishes = fc.record({
  format: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...formatNames) }),
  name: fc.constantFrom('fuzzed', 'fuzzed', 'fuzzed', undefined),
})

const inside = /\n\s+at |node:internal|node_modules|SQLITE_|TypeError|RangeError|Cannot read prop|is not (a function|iterable)|undefined/g

/** What is wrong with the words of a refusal. A document's own are quoted in it, whatever they are. */
function wording(text: string, document: string): string | undefined {
  if (text.match(inside)?.some((words) => !document.includes(words)) === true) return 'words of the inside'
  return text.length > 20_000 ? 'more than anybody reads' : undefined
}

test(`${documents} spoilt files are read, or refused in words that name them`, async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'grantbox-fuzz-imports-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  let read = 0
  const property = fc.asyncProperty(spoilt, wishes, async ({ name, bytes }, wish) => {
    await writeFile(join(cwd, name), bytes)
    const started = performance.now()
    try {
      const document = await readDocument(join(cwd, name), name, { HOME: 'home' })
      if (vendorReading(document, wish.format) === undefined) await importDocument(document, name, wish)
      read++
    } catch (error) {
      const { name: kind, message } = error as Error
      if (kind !== 'ConfigError') throw error
      if (!message.includes(name) && !message.includes('--')) throw new Error(`it does not say where: ${message}`)
      const problem = wording(message, bytes.toString())
      if (problem !== undefined) throw new Error(`${problem}: ${message}`)
    }
    if (performance.now() - started > patience) throw new Error(`it took ${performance.now() - started} ms`)
  })
  for (const seed of seeds) await fc.assert(property, { ...ways, seed })
  process.stdout.write(`fuzz of files, seed ${seeds.join(', ')}: ${documents}, ${read} of them read\n`)
}, 3_600_000)

test(`${documents} spoilt documents are taken as a whole, or refused and leave all as it was`, async () => {
  const { url } = await start({ defaultProvider: 'standard', logLevel: 'error', made: ['keycloak'] })
  const at = `${url}/_grantbox`
  const seen: Record<string, number> = {}
  /** Sandboxes, providers and realms. */
  const all = async () => {
    const paths = ['/sandboxes', '/providers', '/sandboxes/keycloak/spaces']
    const lists = await Promise.all(paths.map(async (path) => ((await (await fetch(at + path)).json()) as { items: unknown[] }).items))
    const rows = await (await fetch(`${at}/sandboxes/keycloak/snapshot`)).text()
    return JSON.stringify([lists, rows.length])
  }
  let before = await all()
  const property = fc.asyncProperty(mutant, wishes, async ({ document }, { format, name }) => {
    const query = new URLSearchParams({ ...(format !== undefined && { format }), ...(name !== undefined && { sandbox: name }) })
    const body = JSON.stringify(document) ?? 'null'
    const started = performance.now()
    const answer = await fetch(`${at}/import?${query}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const text = await answer.text()
    seen[answer.status] = (seen[answer.status] ?? 0) + 1
    const where = `${query} ${body.slice(0, 3000)}: ${answer.status} ${text.slice(0, 1000)}`
    if (performance.now() - started > patience) throw new Error(`${where}: it took ${performance.now() - started} ms`)
    if (answer.status >= 500) throw new Error(where)
    if (answer.ok) {
      for (const one of (JSON.parse(text) as { sandboxes: { name: string }[] }).sandboxes)
        if (!['keycloak', 'standard'].includes(one.name)) await fetch(`${at}/sandboxes/${one.name}`, { method: 'DELETE' })
      before = await all()
      return
    }
    const { detail } = JSON.parse(text) as { detail: string }
    const problem = wording(detail, body)
    if (problem !== undefined) throw new Error(`${problem}: ${where}`)
    const after = await all()
    if (after !== before) throw new Error(`${where}\n it was refused and changed\n${before.slice(0, 3000)}\n to\n${after.slice(0, 3000)}`)
  })
  for (const seed of seeds) await fc.assert(property, { ...ways, seed })
  for (const status of [200, 422]) expect(seen).toHaveProperty(String(status))
  process.stdout.write(`fuzz of imports, seed ${seeds.join(', ')}: ${JSON.stringify(seen)}\n`)
}, 3_600_000)
