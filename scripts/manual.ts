import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { commands } from '../src/cli/commands.ts'
import { configTable } from '../src/config/config.ts'
import { armedRules } from '../src/exam/armed.ts'
import { recovery } from '../src/exam/recovery.ts'
import { rules as passiveRules } from '../src/exam/registry.ts'
import type { OwnSettings } from '../src/providers/own-settings.ts'
import { allProviders } from '../src/providers/registry.ts'
import { sandboxDefaults } from '../src/sandbox/settings.ts'
import { commonSettings } from '../src/sandbox/settings-schema.ts'

/** The manual's tables, made of what the program itself goes by: `npm run docs` writes them, and a test holds them. */

const root = join(import.meta.dirname, '..')
const providers = await allProviders()

/** A file of the manual as it is, and as it should be. */
export interface Page {
  path: string
  before: string
  after: string
}

/** Every page that has tables of ours, which stand between `<!-- name -->` and `<!-- /name -->`, or the rules of the exam. */
export async function manualPages(): Promise<Page[]> {
  const tables = { 'docs/settings.md': { commands: await commandRows(), flags: flags(), settings: settings() } }
  const own = Object.fromEntries(providers.flatMap((one) => (one.own_settings ? [[one.id, ownSettings(one.own_settings)]] : [])))
  const written = Object.entries({ ...tables, 'docs/vendors.md': own }).map(([name, sections]) => [name, inRows(sections)] as const)
  const tabled = written.map(([name, sections]) =>
    page(name, (before) => Object.entries(sections).reduce((text, [section, lines]) => put(text, section, lines), before)),
  )
  return Promise.all([...tabled, page('docs/exam.md', withRules)])
}

async function page(name: string, write: (before: string) => string): Promise<Page> {
  const path = join(root, name)
  const before = await readFile(path, 'utf8')
  return { path, before, after: write(before) }
}

/** What each rule says stands at the head of its section; the snippets below, from `Wrong:` on, are the page's own. */
function withRules(before: string): string {
  return [...passiveRules, ...armedRules, recovery].reduce((text, { id, level, source, why, mend }) => {
    const [head] = new RegExp(`^### ${id}\\n(?:(?!#).*\\n)*?(?=Wrong:$)`, 'm').exec(text) ?? []
    if (head === undefined) throw new Error(`the manual has no section with snippets for the rule ${id}`)
    return text.replace(head, () => `### ${id}\n${level} · ${source}\n\n${why}\n\n**Mend:** ${mend}\n\n`)
  }, before)
}

function inRows(sections: Readonly<Record<string, readonly (readonly string[])[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(sections).map(([name, rows]) => [name, inColumns(rows)]))
}

function inColumns(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows.map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')))
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function put(text: string, section: string, lines: string): string {
  const [start, end] = [`<!-- ${section} -->\n`, `<!-- /${section} -->`]
  const from = text.indexOf(start)
  const to = text.indexOf(end, from)
  if (from < 0 || to < 0) throw new Error(`the manual has no place for the table ${section}`)
  return text.slice(0, from + start.length) + lines + text.slice(to)
}

function flags() {
  const rows = configTable().map(({ flag, environment, key, default: preset, description }) => [
    code(flag),
    code(environment),
    code(key),
    preset,
    description,
  ])
  return [['flag', 'environment', 'key in the file', 'default', 'what'], ...rows]
}

async function commandRows() {
  const rows = await Promise.all(
    Object.entries(commands).map(async ([name, { summary, load }]) => {
      const own = Object.entries((await load()).flags)
      return [
        code(name),
        summary,
        own.map(([flag, { value, description }]) => `${code(`--${flag}${value ? ` ${value}` : ''}`)} ${description}`),
      ]
    }),
  )
  return [['command', 'what', 'flags of its own'], ...rows.map(([name, what, own]) => [name, what, [own].flat().join('<br>')] as string[])]
}

/** What the schema says of a setting in JSON Schema. */
interface Described {
  type?: string | readonly string[]
  enum?: readonly unknown[]
  description?: string
  anyOf?: readonly Described[]
}

function settings() {
  const { properties = {} } = z.toJSONSchema(commonSettings, { io: 'input' }) as { properties?: Record<string, Described> }
  const rows = Object.entries(sandboxDefaults).map(([name, preset]) => {
    const { anyOf: [said] = [], ...whole } = properties[name] ?? {}
    const schema = { ...whole, ...said }
    const others = providers.flatMap(({ id, settings: its }) => {
      const other = (its as Record<string, unknown>)[name]
      return other === undefined ? [] : [`${shown(other)} (${id})`]
    })
    if (schema.description === undefined) throw new Error(`the setting ${name} is not described`)
    return [code(name), accepted(schema), [shown(preset), ...others].join(', '), schema.description]
  })
  return [['setting', 'accepts', 'default', 'what'], ...rows]
}

function accepted({ type, enum: words }: Described): string {
  if (words !== undefined) return words.map((word) => code(String(word))).join(', ')
  const types = [type].flat().filter((one) => one !== 'null')
  if (types.includes('number')) return 'seconds, or as `5m`'
  return { boolean: '`true`, `false`', array: 'a list', object: 'an object' }[String(types[0])] ?? 'a text'
}

function ownSettings(settings: OwnSettings) {
  const rows = Object.entries(settings).map(([name, { default: preset, says }]) => [code(name), shown(preset), says])
  return [['setting', 'default', 'what'], ...rows]
}

function shown(value: unknown): string {
  if (value === null || value === '') return 'none'
  return code(typeof value === 'string' ? value : JSON.stringify(value))
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``
}
