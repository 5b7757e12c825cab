import { join, resolve } from 'node:path'
import type { z } from 'zod'
import type { Declared } from '../sandbox/declared.ts'
import { ConfigError, type ConfigProblem, shown } from './error.ts'
import { type ConfigFile, inlineVariable, readConfigFile } from './file.ts'
import { type Flags, parseFlags, unknown } from './flags.ts'
import type { OwnExam } from './own-exam.ts'
import { describe, environmentName, flagName, isKey, type Key, keys, schema } from './schema.ts'

/** The settings after flags, environment, file and defaults. Paths are absolute, URLs end without a slash. */
export type Config = z.output<typeof schema> & { db: string; declared?: Declared; exam?: OwnExam }

/** A setting as the manual's table shows it. */
export interface ConfigRow {
  flag: string
  environment: string
  /** Its key in the config file; empty for what cannot stand there. */
  key: string
  default: string
  description: string
}

/** Where {@link loadConfig} looks. */
export interface ConfigSources {
  /** The arguments after the command's name. */
  argv: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  /** The working folder. */
  cwd: string
  /** Flags of the command itself: accepted among the others and left to the command. */
  commandFlags?: Flags
}

/**
 * The settings: flags win, then the environment, then the config file, then the defaults. An empty variable counts as unset.
 * @throws ConfigError with every problem: a wrong value, an unknown flag, an unknown key, a file that cannot be read.
 */
export async function loadConfig({ argv, env, cwd, commandFlags = {} }: ConfigSources): Promise<Config> {
  const flags = parseFlags(argv, { ...commandFlags, ...settingFlags() })
  const problems: ConfigProblem[] = [...flags.problems]
  const given = new Map<string, Given>()
  for (const key of keys) {
    const flag = flags.values.get(flagName(key))
    const variable = env[environmentName(key)]
    if (flag !== undefined) given.set(key, { value: fromText(key, flag), where: `flag --${flagName(key)}`, folder: cwd })
    else if (variable)
      given.set(key, { value: fromText(key, variable), where: `environment variable ${environmentName(key)}`, folder: cwd })
  }

  const file = await fileOf(cwd, given.get('config'), env[inlineVariable], problems)
  for (const [key, value] of Object.entries(file?.content ?? {})) {
    if (['$schema', 'providers', 'sandboxes', 'exam'].includes(key)) continue
    if (isKey(key) && describe(key).notInFile) problems.push({ where: `${file?.label}: ${key}`, message: 'cannot stand in a config file' })
    else if (!given.has(key)) given.set(key, { value, where: `${file?.label}: ${key}`, folder: file?.folder ?? cwd })
  }

  const declared = await declarationsOf(file, problems)
  const exam = await ownExamOf(file, declared, problems)
  // To compile the schema pays for those alone who check often.
  const checked = schema.safeParse(Object.fromEntries([...given].map(([key, { value }]) => [key, value])), { jitless: true })
  for (const issue of checked.error?.issues ?? []) problems.push(...problemsOf(issue, given))
  if (!checked.success || problems.length > 0) throw new ConfigError(problems)
  return {
    ...withAbsolutePaths(checked.data, (key) => given.get(key)?.folder ?? cwd, file),
    ...(declared && { declared }),
    ...(exam && { exam }),
  }
}

/** The providers and sandboxes that the file declares; the schema of them is loaded for those alone who have some. */
async function declarationsOf(file: ConfigFile | undefined, problems: ConfigProblem[]): Promise<Declared | undefined> {
  if (file === undefined || !('providers' in file.content || 'sandboxes' in file.content)) return undefined
  const { mentionedRules, mentionedVendors, readDeclarations } = await import('./declarations.ts')
  const { content, label } = file
  const read = readDeclarations(content, label, await mentionedVendors(content), await mentionedRules(content))
  problems.push(...read.problems)
  return read.declared
}

/** What the file says of exams; read by those alone who say something. */
async function ownExamOf(
  file: ConfigFile | undefined,
  declared: Declared | undefined,
  problems: ConfigProblem[],
): Promise<OwnExam | undefined> {
  if (file?.content.exam === undefined) return undefined
  const { readOwnExam } = await import('./own-exam.ts')
  const read = await readOwnExam(file.content.exam, file, declared?.providers ?? [])
  problems.push(...read.problems)
  return read.exam
}

/** Every setting, in the order of `--help`. */
export function configTable(): ConfigRow[] {
  return keys.map((key) => {
    const { description, otherwise, notInFile } = describe(key)
    const preset = schema.shape[key].safeParse(undefined).data
    return {
      flag: `--${flagName(key)}`,
      environment: environmentName(key),
      key: notInFile ? '' : key,
      default: preset === undefined ? (otherwise ?? '') : String(preset),
      description,
    }
  })
}

/** The part of `--help` about flags: the command's own, then every setting. */
export function helpText(commandFlags: Flags = {}): string {
  const rows = Object.entries({ ...commandFlags, ...settingFlags() }).map(([name, flag]) => ({
    left: `--${name}${flag.value === undefined ? '' : ` ${flag.value}`}`,
    right: flag.description,
  }))
  const width = Math.max(...rows.map((row) => row.left.length))
  const example = flagName('public_url')
  return [
    ...rows.map((row) => `  ${row.left.padEnd(width)}  ${row.right}`),
    '',
    `Each setting is also an environment variable (--${example}: ${environmentName('public_url')})`,
    'and a key of grantbox.config.json or grantbox.config.yaml (public_url).',
    'Flags win, then the environment, then the file.',
    `${inlineVariable} holds the text of a config file, JSON or YAML, where there is no file.`,
  ].join('\n')
}

interface Given {
  value: unknown
  where: string
  folder: string
}

function settingFlags(): Flags {
  const rows = configTable()
  return Object.fromEntries(
    keys.map((key, index) => {
      const { value, description, repeatable } = describe(key)
      return [flagName(key), { value, repeatable, description: `${description} (${rows[index]?.default})` }]
    }),
  )
}

/** Flags and variables are text, a file has numbers: what the schema refuses as text is tried as a number. */
function fromText(key: Key, text: string): unknown {
  if (!/^\d+$/.test(text) || schema.shape[key].safeParse(text).success) return text
  return Number(text)
}

/** A file that cannot be read or parsed is one problem among the others. */
async function fileOf(
  cwd: string,
  named: Given | undefined,
  inline: string | undefined,
  problems: ConfigProblem[],
): Promise<ConfigFile | undefined> {
  try {
    return await readConfigFile(cwd, named && { path: String(named.value), where: named.where }, inline)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    problems.push(...error.problems)
    return undefined
  }
}

function problemsOf(issue: z.core.$ZodIssue, given: ReadonlyMap<string, Given>): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const writable = keys.filter((key) => !describe(key).notInFile)
    return issue.keys.map((key) => ({ where: given.get(key)?.where ?? key, message: unknown('key', key, writable) }))
  }
  const key = String(issue.path[0])
  if (!isKey(key)) return [{ where: key, message: issue.message }]
  const { expected, secret } = describe(key)
  const came = given.get(key)
  return [{ where: came?.where ?? key, message: `expected ${expected}, got ${secret ? 'something else' : shown(came?.value)}` }]
}

function withAbsolutePaths(settings: z.output<typeof schema>, folderOf: (key: Key) => string, file: ConfigFile | undefined): Config {
  const data = resolve(folderOf('data'), settings.data)
  const db =
    settings.db === undefined ? join(data, 'grantbox.db') : settings.db === ':memory:' ? ':memory:' : resolve(folderOf('db'), settings.db)
  return { ...settings, data, db, ...(file?.path !== undefined && { config: file.path }) }
}
