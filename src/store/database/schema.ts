import type { Database } from './database.ts'

/** A column of a table, and the table whose id stands in it. */
export interface Column {
  name: string
  blob: boolean
  references: string | undefined
}

/** A table that holds rows of sandboxes. */
export interface Table {
  name: string
  columns: readonly Column[]
  /** Whether its rows have an id of their own, to which others refer. */
  hasId: boolean
  /** Whether it names the sandbox itself, rather than something of the sandbox. */
  namesSandbox: boolean
  /** Which rows are a sandbox's: SQL with `@sandbox`. */
  condition: string
}

/** References that SQLite is not told of: what they name may be gone. */
const looseReferences: Readonly<Record<string, string>> = {
  'token.parent_id': 'token',
}

/** The tables of sandboxes as the database itself knows them, each after those that it refers to. */
export function sandboxTables(db: Database): Table[] {
  const names = db
    .prepare<[], { name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY rowid",
    )
    .all()
  const tables = new Map<string, Table>()
  for (const { name } of names) {
    if (name === 'sandbox') continue
    const infos = db
      .prepare<[string], { name: string; type: string; pk: number; notnull: number }>(
        'SELECT name, type, pk, "notnull" FROM pragma_table_info(?)',
      )
      .all(name)
    const keys = db.prepare<[string], { from: string; table: string }>('SELECT "from", "table" FROM pragma_foreign_key_list(?)').all(name)
    const referenceOf = (column: string) => keys.find((key) => key.from === column)?.table ?? looseReferences[`${name}.${column}`]
    const columns = infos.map((info) => ({ name: info.name, blob: info.type === 'BLOB', references: referenceOf(info.name) }))
    // A reference that may be NULL does not find every row.
    const owning = new Set(infos.filter(({ notnull, pk }) => notnull + pk > 0).map((info) => info.name))
    const namesSandbox = infos.some((info) => info.name === 'sandbox_id')
    tables.set(name, {
      name,
      columns: columns.filter((column) => column.name !== 'sandbox_id'),
      hasId: infos.some((info) => info.name === 'id' && info.pk === 1 && info.type === 'INTEGER'),
      namesSandbox,
      condition: namesSandbox
        ? 'sandbox_id = @sandbox'
        : conditionThrough(
            keys.filter(({ from }) => owning.has(from)),
            tables,
            name,
          ),
    })
  }
  return [...tables.values()]
}

function conditionThrough(keys: readonly { from: string; table: string }[], tables: ReadonlyMap<string, Table>, name: string): string {
  for (const { from, table } of keys) {
    const owner = tables.get(table)
    if (owner !== undefined) return `"${from}" IN (SELECT id FROM "${table}" WHERE ${owner.condition})`
  }
  throw new Error(`no sandbox can be told from a row of ${name}`)
}
