import type Sqlite from 'better-sqlite3'

/** Records that were read, by key: bounded, and forgotten as soon as any statement may have changed one. */
export interface Memory<Key, Value> {
  get(key: Key): Value | undefined
  set(key: Key, value: Value): void
  delete(key: Key): void
  /** Forgets all. */
  clear(): void
}

/** A memory that begins anew when it would hold more than `limit`. */
export function boundedMemory<Key, Value>(limit: number): Memory<Key, Value> {
  const map = new Map<Key, Value>()
  return {
    get: (key) => map.get(key),
    set(key, value) {
      if (map.size >= limit) map.clear()
      map.set(key, value)
    },
    delete: (key) => map.delete(key),
    clear: () => map.clear(),
  }
}

/** The tables whose rows are kept in memory. */
const keptTables = [
  ...(['app', 'client', 'user', 'user_app', 'grant', 'authorization_code', 'token', 'carried_key'] as const),
  ...(['session', 'session_client', 'consent', 'document'] as const),
]
export type KeptTable = (typeof keptTables)[number]

/** What SQLite said of a statement, for every database of this process: they have one schema, that of `migrations/`. */
const known = new Map<string, readonly KeptTable[]>()

/** Whose each first page is, in each database: the migrations have run before any statement is explained. */
const owners = new WeakMap<Sqlite.Database, ReadonlyMap<number, string>>()

/** An instruction as EXPLAIN lists it, as far as it is looked at. */
type Instruction = [address: number, opcode: string, p1: number, p2: number]

/**
 * The tables with rows in memory of which a statement may change one. SQLite itself says what it would write to, so that nobody
 * who makes a new statement has to think of it: what cascades and what triggers do is among its instructions.
 * @param parameters of the statement, which SQLite wants for explaining it as well
 */
export function keptTablesWritten(db: Sqlite.Database, sql: string, parameters: readonly unknown[]): readonly KeptTable[] {
  let tables = known.get(sql)
  if (tables === undefined) {
    tables = explained(db, sql, parameters)
    known.set(sql, tables)
  }
  return tables
}

function explained(db: Sqlite.Database, sql: string, parameters: readonly unknown[]): readonly KeptTable[] {
  const instructions = db
    .prepare<unknown[], Instruction>(`EXPLAIN ${sql}`)
    .raw()
    .all(...parameters)
  const pages = new Set(instructions.flatMap(writtenPage))
  if (pages.size === 0) return []
  const tables = owners.get(db) ?? new Map(db.prepare<[], [number, string]>('SELECT rootpage, tbl_name FROM sqlite_schema').raw().all())
  owners.set(db, tables)
  const written = [...pages].map((page) => tables.get(page))
  // A page that no table has is the schema's own: who changes that may have changed anything.
  return written.includes(undefined) ? keptTables : keptTables.filter((table) => written.includes(table))
}

/** The first page of the table or index that an instruction writes to. */
function writtenPage([, opcode, p1, p2]: Instruction): number[] {
  if (opcode === 'OpenWrite') return [p2]
  return opcode === 'Clear' || opcode === 'Destroy' ? [p1] : []
}
