import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { stringify } from 'yaml'
import { readDeclarations } from '../config/declarations.ts'
import { ConfigError } from '../config/error.ts'
import { parseText, readConfigFile } from '../config/file.ts'
import type { Content } from '../config/import/format.ts'
import { joinSandboxes } from '../sandbox/join.ts'

/** Two parts of a config file in one, the later the stronger. */
export function joinContents(before: Content, later: Content): Content {
  const sandboxes = { ...before.sandboxes }
  for (const [name, said] of Object.entries(later.sandboxes ?? {})) sandboxes[name] = joinSandboxes(sandboxes[name] ?? {}, said)
  const providers = { ...before.providers, ...later.providers }
  return {
    ...before,
    ...later,
    ...(Object.keys(providers).length > 0 && { providers }),
    ...(Object.keys(sandboxes).length > 0 && { sandboxes }),
  }
}

/** A config file's text. @param path `.json` is JSON, anything else YAML */
export function configText(content: object, path: string): string {
  return extname(path) === '.json' ? `${JSON.stringify(content, undefined, 2)}\n` : stringify(content, { lineWidth: 0 })
}

/**
 * Writes what was read into a config file; what one has that is there stays, comments of YAML too.
 * @throws ConfigError when the file is none, or cannot be written
 */
export async function writeConfig(content: Content & { import_realm?: string }, out: string, cwd: string): Promise<void> {
  const path = resolve(cwd, out)
  try {
    await writeFile(path, existsSync(path) ? await joined(content, out, cwd) : configText(content, path))
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError([{ where: 'flag --out', message: error instanceof Error ? error.message : String(error) }])
  }
}

async function joined({ import_realm, ...content }: Content & { import_realm?: string }, out: string, cwd: string): Promise<string> {
  const file = await readConfigFile(cwd, { path: out, where: 'flag --out' }, undefined)
  const there = file?.content ?? {}
  const whole: Content & { import_realm?: unknown } = joinContents(there, content)
  if (import_realm !== undefined) whole.import_realm = [there.import_realm, import_realm].filter((one) => one !== undefined).join(',')
  const { problems } = readDeclarations({ ...whole }, out)
  if (problems.length > 0) throw new ConfigError(problems)
  if (extname(out) === '.json') return configText(whole, out)
  const { parseDocument } = await import('yaml')
  const { readFile } = await import('node:fs/promises')
  const document = parseDocument(await readFile(resolve(cwd, out), 'utf8'))
  for (const key of ['providers', 'sandboxes'] as const) {
    for (const name of Object.keys(content[key] ?? {})) document.setIn([key, name], whole[key]?.[name])
  }
  if (whole.import_realm !== undefined) document.set('import_realm', whole.import_realm)
  const text = document.toString({ lineWidth: 0 })
  await parseText(text, out)
  return text
}
