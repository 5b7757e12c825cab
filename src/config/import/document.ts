import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { withEnvironment } from '../../basics/placeholders.ts'
import { ConfigError } from '../error.ts'
import { parseText, textOf } from '../file.ts'

/** What is read: more than the export of a realm with ten thousand users; of YAML, whose parser is slow, far more than anybody writes. */
const most = { json: 256 * 1024 * 1024, yaml: 8 * 1024 * 1024 }

/**
 * A file of JSON or YAML, with what `${NAME}` stands for in the environment.
 * @param label how problems name it
 * @throws ConfigError when it cannot be read, is neither, or larger than any document that is meant
 */
export async function readDocument(path: string, label: string, env: Readonly<Record<string, string | undefined>>): Promise<unknown> {
  const text = await readText(path, label)
  const json = isJson(path, text)
  return parseDocument(json ? withEnvironment(text, env) : text, label, json)
}

/**
 * The same of a text.
 * @param json whether it is JSON rather than YAML; told by how it begins when absent
 */
export async function parseDocument(text: string, label: string, json = beginsAsJson(text)): Promise<unknown> {
  const limit = json ? most.json : most.yaml
  if (text.length > limit) throw problem(label, `expected at most ${limit / 1024 / 1024} MiB of ${json ? 'JSON' : 'YAML'}, got more`)
  const document = await parseText(text, label, json)
  if (!json && lengthOf(document, new Map()) > limit)
    throw problem(label, `expected at most ${limit / 1024 / 1024} MiB with all aliases written out, got more`)
  return document
}

async function readText(path: string, label: string): Promise<string> {
  try {
    if ((await stat(path)).size > most.json) throw new Error(`it is larger than ${most.json / 1024 / 1024} MiB`)
    const text = textOf(await readFile(path))
    if (typeof text !== 'string') throw new Error(`got ${text.came}; save it as UTF-8`)
    return text
  } catch (error) {
    throw problem(label, `expected a file of JSON or YAML that can be read (${error instanceof Error ? error.message : String(error)})`)
  }
}

/** By its name, or else by how it begins. */
function isJson(path: string, text: string): boolean {
  const extension = extname(path).toLowerCase()
  return extension === '.json' || (!['.yaml', '.yml'].includes(extension) && beginsAsJson(text))
}

function beginsAsJson(text: string): boolean {
  return /^\s*[{[]/.test(text)
}

/** About how long a document of YAML is without aliases; one that has itself inside is without end. @param known what was measured */
function lengthOf(value: unknown, known: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return String(value).length + 1
  const found = known.get(value)
  if (found !== undefined) return found
  known.set(value, Number.POSITIVE_INFINITY)
  const names = Array.isArray(value) ? '' : Object.keys(value).join('')
  const length = Object.values(value).reduce((sum, one) => sum + lengthOf(one, known), names.length + 2)
  known.set(value, length)
  return length
}

function problem(where: string, message: string): ConfigError {
  return new ConfigError([{ where, message }])
}
