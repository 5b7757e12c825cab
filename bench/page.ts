import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const page = join(import.meta.dirname, '../docs/performance.md')
const [begin, end] = ['<!-- bench -->\n', '<!-- /bench -->']

/**
 * Puts what was measured into docs/performance.md, between its two marks: a table takes the place of the one of its title.
 * @param machine stands above them when all was measured; undefined leaves what is there
 */
export function writePage(measured: ReadonlyMap<string, string>, machine: string | undefined): void {
  const text = readFileSync(page, 'utf8')
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
  const [above = '', ...parts] = text.slice(from, to).split(/^(?=### )/m)
  const tables = new Map(machine === undefined ? parts.map((part) => [titleOf(part), part]) : [])
  for (const [title, table] of measured) tables.set(title, `${table.trim()}\n\n`)
  const head = machine === undefined ? above : `${machine.trim()}\n\n`
  writeFileSync(page, text.slice(0, from) + head + [...tables.values()].join('') + text.slice(to))
}

function titleOf(part: string): string {
  return part.slice('### '.length, part.indexOf('\n'))
}
