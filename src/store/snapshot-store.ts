import { SnapshotError, type SnapshotRow, type SnapshotTables } from '../sandbox/snapshot.ts'
import type { SandboxTable } from '../sandbox/table.ts'
import { type CarriedKeys, carriedTables } from './carried-keys.ts'
import type { Database, Statement } from './database/database.ts'
import { sandboxTables, type Table } from './database/schema.ts'
import type { Ids } from './protocol-store.ts'

/** Tables whose keys must be unique over all sandboxes: what stands there while a browser or a client waits is not copied twice. */
const passing: readonly string[] = ['interaction', 'session', 'pushed_request', 'deferred_authorization']

/** A sandbox's rows as a whole. */
type SnapshotStore = Pick<SandboxTable, 'version' | 'dump' | 'load' | 'clear'>

/** The rows of sandboxes, whatever tables there are: the database itself says how they hang together. */
export function snapshotStore(db: Database, ids: Ids, carried: CarriedKeys): SnapshotStore {
  let known: Table[] | undefined
  const tables = () => {
    known ??= sandboxTables(db)
    return known
  }

  const empty = (sandbox: number, kept: readonly string[] = []) => {
    for (const { name, namesSandbox } of tables().toReversed()) {
      if (namesSandbox && !kept.includes(name)) db.prepare(`DELETE FROM "${name}" WHERE sandbox_id = ?`).run(sandbox)
    }
  }

  const load = db.transaction((sandbox: number, rows: SnapshotTables) => {
    empty(sandbox)
    const unknown = Object.keys(rows).find((name) => !tables().some((table) => table.name === name))
    if (unknown !== undefined) throw new SnapshotError(`tables.${unknown}`, 'no such table', rows[unknown])
    const loader = new Loader(db, ids, carried, sandbox)
    for (const table of tables()) loader.load(table, rows[table.name] ?? [])
  })

  return {
    version: db.prepare<[], { user_version: number }>('PRAGMA user_version').get()?.user_version ?? 0,
    dump(sandbox) {
      const carriedBy = new Map([...carried.of(sandbox)].map(([key, id]) => [id, key]))
      return Object.fromEntries(tables().flatMap((table) => (table.name === 'carried_key' ? [] : [dumpTable(table)])))

      function dumpTable({ name, columns, hasId, condition }: Table): [string, SnapshotRow[]] {
        const rows = db
          .prepare<[object], Record<string, string | number | Buffer | null>>(
            `SELECT * FROM "${name}" WHERE ${condition} ${hasId ? 'ORDER BY id' : ''}`,
          )
          .all({ sandbox })
        const ofKey = (value: number) => carriedBy.get(value) ?? value
        return [
          name,
          rows.map((row) =>
            Object.fromEntries(
              columns.map((column) => {
                const value = row[column.name] ?? null
                if (Buffer.isBuffer(value)) return [column.name, value.toString('base64')]
                const isKey = typeof value === 'number' && carriedTables.includes(column.references ?? (column.name === 'id' ? name : ''))
                return [column.name, isKey ? ofKey(value) : value]
              }),
            ),
          ),
        ]
      }
    },
    load: (sandbox, rows) => load(sandbox, rows),
    clear: db.transaction((sandbox) => {
      empty(sandbox, ['signing_key'])
      db.prepare(
        `DELETE FROM signing_key WHERE sandbox_id = @sandbox
       AND id NOT IN (SELECT min(id) FROM signing_key WHERE sandbox_id = @sandbox AND given = 0 GROUP BY alg)`,
      ).run({ sandbox })
      db.prepare("UPDATE signing_key SET state = 'active' WHERE sandbox_id = ?").run(sandbox)
    }),
  }
}

/** Puts rows into tables, under their own ids where those are free, and follows where the others went. */
class Loader {
  readonly #db: Database
  readonly #ids: Ids
  readonly #carried: CarriedKeys
  readonly #sandbox: number
  /** By table, where the row of an id lies now. */
  readonly #moved = new Map<string, Map<number, number>>()
  readonly #statements = new Map<string, Statement<[Record<string, unknown>], { id?: number }>>()

  constructor(db: Database, ids: Ids, carried: CarriedKeys, sandbox: number) {
    this.#db = db
    this.#ids = ids
    this.#carried = carried
    this.#sandbox = sandbox
  }

  load(table: Table, rows: readonly SnapshotRow[]): void {
    const moved = new Map<number, number>()
    this.#moved.set(table.name, moved)
    const isCarried = carriedTables.includes(table.name)
    // All rows of a table move or none does, for their ids tell their order.
    const move = this.#isAnyTaken(table, rows)
    for (const [index, row] of rows.entries()) {
      const where = `tables.${table.name}[${index}]`
      const values = this.#valuesOf(row, table, where)
      if (values === undefined) continue
      const wanted = table.hasId && typeof row.id === 'number' ? row.id : undefined
      if (move && isCarried) values.id = this.#ids.reserve(1)
      else if (move) delete values.id
      const id = this.#insert(table, values, where)
      if (wanted === undefined || id === undefined) continue
      moved.set(wanted, id)
      if (isCarried) {
        this.#ids.reach(wanted)
        if (id !== wanted) this.#carried.save(this.#sandbox, wanted, id)
      }
    }
  }

  #isAnyTaken({ name, hasId }: Table, rows: readonly SnapshotRow[]): boolean {
    if (!hasId) return false
    const taken = this.#db.prepare<[unknown]>(`SELECT 1 FROM "${name}" WHERE id = ?`)
    return rows.some(({ id }) => typeof id === 'number' && taken.get(id) !== undefined)
  }

  /** The values of a row, its references led to where the rows lie now; undefined when what it belongs to was not copied. */
  #valuesOf(row: SnapshotRow, { name, columns, namesSandbox }: Table, where: string): Record<string, unknown> | undefined {
    const values: Record<string, unknown> = namesSandbox ? { sandbox_id: this.#sandbox } : {}
    for (const [member, value] of Object.entries(row)) {
      const column = columns.find((one) => one.name === member)
      if (column === undefined) throw new SnapshotError(`${where}.${member}`, `a column of ${name}`, value)
      if (value === null || column.references === undefined) {
        values[member] = column.blob && typeof value === 'string' ? Buffer.from(value, 'base64') : value
        continue
      }
      const target = this.#moved.get(column.references)?.get(Number(value))
      if (target === undefined && passing.includes(column.references)) return undefined
      // What a loose reference names may have been pruned.
      values[member] = target ?? (carriedTables.includes(column.references) ? null : undefined)
      if (values[member] === undefined) throw new SnapshotError(`${where}.${member}`, `the id of a row of ${column.references}`, value)
    }
    return values
  }

  #insert({ name, hasId }: Table, values: Record<string, unknown>, where: string): number | undefined {
    const columns = Object.keys(values)
    const key = `${name}(${columns.join()})`
    let statement = this.#statements.get(key)
    if (statement === undefined) {
      const list = columns.map((column) => `"${column}"`).join(', ')
      const parameters = columns.map((column) => `@${column}`).join(', ')
      const conflict = passing.includes(name) ? 'ON CONFLICT DO NOTHING' : ''
      statement = this.#db.prepare(`INSERT INTO "${name}" (${list}) VALUES (${parameters}) ${conflict} RETURNING ${hasId ? 'id' : '1'}`)
      this.#statements.set(key, statement)
    }
    try {
      return statement.get(values)?.id
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT'))) throw error
      throw new SnapshotError(where, `a row that fits (${error.message})`, values)
    }
  }
}
