import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { ConfigError } from './error.ts'

/** Looked for in the working folder when none is named. */
export const configFileNames = ['grantbox.config.json', 'grantbox.config.yaml', 'grantbox.config.yml'] as const

/** A config file's content, not checked yet. */
export interface ConfigFile {
  /** How problems name it. */
  label: string
  /** Its absolute path. */
  path: string
  /** Paths written in the file start here. */
  folder: string
  content: Readonly<Record<string, unknown>>
}

/** The file that the flag or variable `where` names, or else the one in the working folder, or undefined when there is none. */
export async function readConfigFile(cwd: string, named: { path: string; where: string } | undefined): Promise<ConfigFile | undefined> {
  if (named !== undefined) return open(resolve(cwd, named.path), named.path, named.where)
  const present = configFileNames.filter((name) => existsSync(join(cwd, name)))
  const [name, other] = present
  if (name === undefined) return undefined
  if (other !== undefined) throw problem(present.join(' and '), 'expected one config file in the folder; name the right one with --config')
  return open(join(cwd, name), name, name)
}

async function open(path: string, label: string, where: string): Promise<ConfigFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw problem(where, `expected a file that can be read, got "${label}" (${reason(error)})`)
  }
  const content = (await parseText(path, text, label)) ?? {}
  if (typeof content !== 'object' || Array.isArray(content)) throw problem(label, 'expected keys with values at the top level')
  return { label, path, folder: dirname(path), content: content as Record<string, unknown> }
}

async function parseText(path: string, text: string, label: string): Promise<unknown> {
  const json = extname(path) === '.json'
  try {
    if (json) return JSON.parse(text)
    // Loaded only by those who write YAML: it would be a good part of the time a start takes.
    const { parse } = await import('yaml')
    return parse(text, { logLevel: 'error' })
  } catch (error) {
    throw problem(label, `expected ${json ? 'JSON' : 'YAML'}, but ${basename(path)} cannot be parsed: ${reason(error)}`)
  }
}

/** The first line: the YAML parser adds a picture of the place below it. */
function reason(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line.replace(/:$/, '')
}

function problem(where: string, message: string): ConfigError {
  return new ConfigError([{ where, message }])
}
