import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { ConfigError } from './error.ts'

/** Looked for in the working folder when none is named. */
export const configFileNames = ['grantbox.config.json', 'grantbox.config.yaml', 'grantbox.config.yml'] as const

/** The variable that holds a config file's text, for containers that have no place for a file. */
export const inlineVariable = 'GRANTBOX_CONFIG_INLINE'

/** A config file's content, not checked yet. */
export interface ConfigFile {
  /** How problems name it. */
  label: string
  /** Its absolute path; undefined when a variable holds the text. */
  path: string | undefined
  /** Paths written in the file start here. */
  folder: string
  content: Readonly<Record<string, unknown>>
}

/**
 * The file that the flag or variable `where` names, or else the one in the working folder, or undefined when there is none.
 * @param inline the text of one, in place of a file
 * @throws ConfigError when there are two, or the one cannot be read
 */
export async function readConfigFile(
  cwd: string,
  named: { path: string; where: string } | undefined,
  inline: string | undefined,
): Promise<ConfigFile | undefined> {
  const found = named === undefined ? configFileNames.filter((name) => existsSync(join(cwd, name))) : [named.where]
  const present = inline ? [`environment variable ${inlineVariable}`, ...found] : found
  if (present.length > 1) {
    const way = inline ? '; unset the variable, or leave the file out' : ' in the folder; name the right one with --config'
    throw problem(present.join(' and '), `expected one config file${way}`)
  }
  if (inline) return { label: inlineVariable, path: undefined, folder: cwd, content: await contentOf(inline, inlineVariable) }
  if (named !== undefined) return await open(resolve(cwd, named.path), named.path, named.where)
  const [name] = found
  return name === undefined ? undefined : await open(join(cwd, name), name, name)
}

async function open(path: string, label: string, where: string): Promise<ConfigFile> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw problem(where, `expected a file that can be read, got "${label}" (${reason(error)})`)
  }
  const text = textOf(bytes)
  if (typeof text !== 'string') throw problem(label, `expected text in UTF-8, got ${text.came}; save it as UTF-8`)
  return { label, path, folder: dirname(path), content: await contentOf(text, label, extname(path) === '.json') }
}

async function contentOf(text: string, label: string, json?: boolean): Promise<Readonly<Record<string, unknown>>> {
  const content = (await parseText(text, label, json)) ?? {}
  if (typeof content !== 'object' || Array.isArray(content)) throw problem(label, 'expected keys with values at the top level')
  return content as Record<string, unknown>
}

/**
 * A file's text. A byte order mark is no fault (RFC 8259 §8.1 lets it be ignored).
 * @returns what came instead of UTF-8, if it is none
 */
export function textOf(bytes: Buffer): string | { came: string } {
  const start = bytes.subarray(0, 4)
  // Its byte order mark, or the empty half of its first letters.
  if (['fffe', 'feff'].includes(start.toString('hex', 0, 2)) || start.includes(0)) return { came: 'UTF-16' }
  if (bytes.includes(0)) return { came: 'a NUL byte, which no text has' }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { came: 'another encoding, such as Latin-1' }
  }
}

/**
 * @param json whether it must be JSON; when absent it is either, as YAML takes JSON too
 * @throws ConfigError that says where it breaks
 */
export async function parseText(text: string, label: string, json?: boolean): Promise<unknown> {
  try {
    if (json) return JSON.parse(text)
    // Loaded only by those who write YAML: it would be a good part of the time a start takes.
    const { parse } = await import('yaml')
    return parse(text, { logLevel: 'error' })
  } catch (error) {
    const expected = json === undefined ? 'JSON or YAML' : json ? 'JSON' : 'YAML'
    const why = error instanceof RangeError ? 'it is nested too deep' : ((json ? await placeInJson(text) : undefined) ?? reason(error))
    throw problem(label, `expected ${expected}, but ${basename(label)} cannot be parsed: ${why}`)
  }
}

/** Where a text is no JSON: JSON's own parser does not always tell, YAML's does when it knows nothing but JSON. */
async function placeInJson(text: string): Promise<string | undefined> {
  const { parseDocument } = await import('yaml')
  const [first] = parseDocument(text, { schema: 'json', logLevel: 'error' }).errors
  return first === undefined ? undefined : reason(first)
}

/** The first line: the YAML parser adds a picture of the place below it. */
function reason(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line.replace(/:$/, '')
}

function problem(where: string, message: string): ConfigError {
  return new ConfigError([{ where, message }])
}
