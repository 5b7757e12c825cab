/** The tables whose rows are kept in memory, with what they depend on by ON DELETE CASCADE. */
const keptTables: readonly string[] = ['sandbox', 'app', 'client', 'user', 'grant']

/** Columns that stand in no kept record, so that an UPDATE of these alone changes none. */
const unkept: Readonly<Record<string, readonly string[]>> = {
  sandbox: ['clock_offset', 'clock_frozen_at'],
}

const target =
  /\b(?:update(?:\s+or\s+\w+)?|delete\s+from|replace\s+into|insert\s+or\s+replace\s+into)\s+"?(\w+)"?(?:\s+as\s+\w+)?(\s+set\s)?/gi
const upsert = /\binsert\s+into\s+"?(\w+)"?[\s\S]*\bdo\s+update\b/i

/**
 * Whether a statement may change a row that is kept in memory. An INSERT changes none: only rows that were found are kept.
 * Reading it off the statement's text means that nobody who writes a new one has to think of it.
 */
export function changesKeptRows(sql: string): boolean {
  const inserted = upsert.exec(sql)?.[1]?.toLowerCase()
  if (inserted !== undefined && keptTables.includes(inserted)) return true
  return [...sql.matchAll(target)].some((match) => {
    const table = match[1]?.toLowerCase() ?? ''
    if (!keptTables.includes(table)) return false
    const columns = match[2] === undefined ? [] : assigned(sql.slice(match.index + match[0].length))
    return columns.length === 0 || columns.some((column) => unkept[table]?.includes(column) !== true)
  })
}

/** The columns that a SET clause gives values to: each stands at its beginning or after a comma, before an equals sign. */
function assigned(clause: string): string[] {
  const end = /\b(?:where|from|returning)\b/i.exec(clause)?.index ?? clause.length
  return [...clause.slice(0, end).matchAll(/(?:^|,)\s*"?(\w+)"?\s*=/g)].map((match) => match[1]?.toLowerCase() ?? '')
}
