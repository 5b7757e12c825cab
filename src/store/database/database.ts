/**
 * In this room: the database: statements, transactions, migrations, pruning, and what is kept in memory.
 * Elsewhere: statements about any table but its own catalogue, and what is dead.
 */

import type Sqlite from 'better-sqlite3'
import { GoneError } from '../../oauth/model/errors.ts'
import { boundedMemory, type KeptTable, keptTablesWritten, type Memory } from './kept-tables.ts'
import { openFile } from './open-file.ts'
import { hideParameters } from './planner.ts'

/** A prepared statement. */
export interface Statement<Parameters extends unknown[] = unknown[], Row = unknown> {
  get(...parameters: Parameters): Row | undefined
  all(...parameters: Parameters): Row[]
  run(...parameters: Parameters): { changes: number; lastInsertRowid: number | bigint }
}

/** As large as any usual change, for on a full disk there is room for small ones; what of it stays when we are killed is pruned. */
const probe = [
  "INSERT INTO seen_identifier (sandbox_id, identifier, expires_at) SELECT min(id), 'probe ' || hex(zeroblob(32768)), 0 FROM sandbox WHERE true ON CONFLICT DO NOTHING",
  "DELETE FROM seen_identifier WHERE identifier >= 'probe ' AND identifier < 'probe!'",
]

/**
 * The SQLite file. All changes of one turn of the event loop share a transaction; whoever answers a client waits for
 * {@link Database.settled}, so that nothing a client has seen can be lost, and a commit is paid once for many answers.
 */
export class Database {
  readonly file: string
  readonly #db: Sqlite.Database
  readonly #begin: Sqlite.Statement
  readonly #commit: Sqlite.Statement
  #batch: PromiseWithResolvers<void> | undefined
  readonly #memories: { memory: Pick<Memory<unknown, unknown>, 'clear'>; of: readonly KeptTable[] }[] = []
  readonly #rolledBack: (() => void)[] = []
  /** Why the last commit failed; undefined after one that did not. */
  #refusal: unknown
  #refusals = 0

  /**
   * @param file a path, or `:memory:`
   * @throws StartError when the file cannot be opened, is in use by another process or was made by a newer version
   */
  constructor(file: string) {
    this.file = file
    this.#db = openFile(file)
    this.#begin = this.#db.prepare('BEGIN IMMEDIATE')
    this.#commit = this.#db.prepare('COMMIT')
  }

  /**
   * A statement of the program, which is prepared when it is first run: most starts need few of them.
   * @param options.keeps that it changes no record that is in memory, although it writes to a table of theirs
   */
  prepare<Parameters extends unknown[] = unknown[], Row = unknown>(
    sql: string,
    { keeps = false }: { keeps?: boolean } = {},
  ): Statement<Parameters, Row> {
    const prepare = (parameters: Parameters): Statement<Parameters, Row> => {
      const statement = this.#db.prepare<Parameters, Row>(hideParameters(sql))
      return statement.readonly ? statement : this.#writing(statement, keeps ? [] : keptTablesWritten(this.#db, sql, parameters))
    }
    let prepared: Statement<Parameters, Row> | undefined
    const ready = (parameters: Parameters) => {
      prepared ??= prepare(parameters)
      return prepared
    }
    return {
      get: (...parameters) => ready(parameters).get(...parameters),
      all: (...parameters) => ready(parameters).all(...parameters),
      run: (...parameters) => ready(parameters).run(...parameters),
    }
  }

  /** A statement that has its values by name. */
  named<Row = unknown>(sql: string): Statement<[Record<string, unknown>], Row> {
    return this.prepare(sql)
  }

  /**
   * Keeps up to `limit` records in memory; all are forgotten when one of them may have changed. One process owns the file.
   * @param of the tables that they are read from
   */
  memory<Key, Value>(limit: number, ...of: [KeptTable, ...KeptTable[]]): Memory<Key, Value> {
    const memory = boundedMemory<Key, Value>(limit)
    this.#memories.push({ memory, of })
    return memory
  }

  /** Makes a function that runs several statements all or none: an error undoes its own, not those of others in the same turn. */
  transaction<Arguments extends unknown[], T>(work: (...args: Arguments) => T): (...args: Arguments) => T {
    // Inside a transaction better-sqlite3 makes this one a savepoint.
    let nested: ((...args: Arguments) => T) | undefined
    return (...args) => {
      this.#open()
      try {
        nested ??= this.#db.transaction(work)
        return nested(...args)
      } catch (error) {
        this.#forget()
        throw toGone(error)
      }
    }
  }

  /** How often the disk refused so far: whoever changes something over several turns of the event loop compares. */
  get refusals(): number {
    return this.#refusals
  }

  /**
   * Undefined when everything is durable, else a promise of it; it rejects when the disk refused.
   * @param since the refusals when the request began: what it changed in an earlier turn may be among those that came after
   */
  settled(since: number = this.#refusals): Promise<void> | undefined {
    if (since !== this.#refusals) return Promise.reject(new Error('the database refused changes while the request was answered'))
    return this.#batch?.promise
  }

  /** Calls whoever keeps in memory what is stored, right after changes were taken back. */
  onRollback(listener: () => void): void {
    this.#rolledBack.push(listener)
  }

  /** Whether it was not closed yet. */
  get isOpen(): boolean {
    return this.#db.open
  }

  /**
   * Whether the file answers and, after it refused changes, whether it takes them again.
   * @throws unknown what it said
   */
  check(): void {
    this.#db.prepare('SELECT 1 FROM sandbox LIMIT 1').get()
    if (this.#refusal === undefined) return
    for (const sql of probe) {
      this.#open()
      this.#db.prepare(sql).run()
      this.#settle()
      if (this.#refusal !== undefined) throw this.#refusal
    }
  }

  close(): void {
    this.#settle()
    this.#db.close()
  }

  /**
   * A statement that changes something: what it did is visible at once and durable when {@link Database.settled}.
   * @param written the tables of which nothing is remembered after it
   */
  #writing<Parameters extends unknown[], Row>(
    statement: Statement<Parameters, Row>,
    written: readonly KeptTable[],
  ): Statement<Parameters, Row> {
    const write = <T>(run: () => T, isChange: (result: T) => boolean = () => true): T => {
      this.#open()
      let forgets = written.length > 0
      try {
        const result = run()
        forgets &&= isChange(result)
        return result
      } catch (error) {
        throw toGone(error)
      } finally {
        if (forgets) this.#forget(written)
      }
    }
    return {
      get: (...parameters) => write(() => statement.get(...parameters)),
      all: (...parameters) => write(() => statement.all(...parameters)),
      run: (...parameters) =>
        write(
          () => statement.run(...parameters),
          ({ changes }) => changes > 0,
        ),
    }
  }

  /** @param written the tables that may have changed; any of them when absent */
  #forget(written?: readonly KeptTable[]): void {
    for (const { memory, of } of this.#memories) if (written === undefined || of.some((table) => written.includes(table))) memory.clear()
  }

  #open(): void {
    if (this.#batch !== undefined) {
      if (this.#db.inTransaction) return
      // What is done now would be committed by itself, while all answers of this turn will be refusals.
      throw new Error('the database rolled the transaction back')
    }
    this.#begin.run()
    const batch = Promise.withResolvers<void>()
    // Nobody may be waiting; a refusal is then told by the next who asks the disk.
    batch.promise.catch(() => {})
    this.#batch = batch
    setImmediate(() => {
      if (this.#batch === batch) this.#settle()
    })
  }

  #settle(): void {
    const batch = this.#batch
    if (batch === undefined) return
    this.#batch = undefined
    try {
      // A full disk makes SQLite roll back by itself, and all answers of this turn must then be refusals.
      if (!this.#db.inTransaction) throw new Error('the database rolled the transaction back')
      this.#commit.run()
      this.#refusal = undefined
      batch.resolve()
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK')
      this.#refusal = error
      this.#refusals++
      this.#forget()
      for (const listener of this.#rolledBack) listener()
      batch.reject(error)
    }
  }
}

/** A row whose parent is not there any more says so by its foreign key. */
function toGone(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'SQLITE_CONSTRAINT_FOREIGNKEY' ? new GoneError({ cause: error }) : error
}
