import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { StartError } from '../start-error.ts'
import { changesKeptRows } from './kept-tables.ts'
import { migrate } from './migrate.ts'
import { hideParameters } from './planner.ts'

/** A prepared statement. */
export interface Statement<Parameters extends unknown[] = unknown[], Row = unknown> {
  get(...parameters: Parameters): Row | undefined
  all(...parameters: Parameters): Row[]
  run(...parameters: Parameters): { changes: number; lastInsertRowid: number | bigint }
}

/** Records that were read, by key: bounded, and forgotten as soon as any statement may have changed one. */
export interface Memory<Key, Value> {
  get(key: Key): Value | undefined
  set(key: Key, value: Value): void
}

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
  readonly #memories: Map<unknown, unknown>[] = []

  /**
   * @param file a path, or `:memory:`
   * @throws StartError when the file cannot be opened, is in use by another process or was made by a newer version
   */
  constructor(file: string) {
    this.file = file
    this.#db = open(file)
    this.#begin = this.#db.prepare('BEGIN IMMEDIATE')
    this.#commit = this.#db.prepare('COMMIT')
  }

  prepare<Parameters extends unknown[] = unknown[], Row = unknown>(sql: string): Statement<Parameters, Row> {
    const statement = this.#db.prepare<Parameters, Row>(hideParameters(sql))
    return changesKeptRows(sql) ? this.#forgetful(statement) : statement
  }

  /** Keeps up to `limit` records in memory; all are forgotten when one of them may have changed. One process owns the file. */
  memory<Key, Value>(limit: number): Memory<Key, Value> {
    const map = new Map<Key, Value>()
    this.#memories.push(map)
    return {
      get: (key) => map.get(key),
      set(key, value) {
        if (map.size >= limit) map.clear()
        map.set(key, value)
      },
    }
  }

  /** Runs one statement that changes something. What it did is visible at once and durable when {@link Database.settled}. */
  write<T>(statement: () => T): T {
    this.#open()
    return statement()
  }

  /** Makes a function that runs several statements all or none: an error undoes its own, not those of others in the same turn. */
  transaction<Arguments extends unknown[], T>(work: (...args: Arguments) => T): (...args: Arguments) => T {
    // Inside a transaction better-sqlite3 makes this one a savepoint.
    const nested = this.#db.transaction(work)
    return (...args) => {
      this.#open()
      try {
        return nested(...args)
      } catch (error) {
        this.#forget()
        throw error
      }
    }
  }

  /** Undefined when everything is durable, else a promise of it; it rejects when the disk refused. */
  settled(): Promise<void> | undefined {
    return this.#batch?.promise
  }

  /** Whether the file still answers. */
  check(): void {
    this.#db.prepare('SELECT 1 FROM sandbox LIMIT 1').get()
  }

  close(): void {
    this.#settle()
    this.#db.close()
  }

  /** The same statement, after which nothing is remembered. */
  #forgetful<Parameters extends unknown[], Row>(statement: Statement<Parameters, Row>): Statement<Parameters, Row> {
    const then = <T>(result: T): T => {
      this.#forget()
      return result
    }
    return {
      get: (...parameters) => then(statement.get(...parameters)),
      all: (...parameters) => then(statement.all(...parameters)),
      run: (...parameters) => then(statement.run(...parameters)),
    }
  }

  #forget(): void {
    for (const memory of this.#memories) memory.clear()
  }

  #open(): void {
    if (this.#batch !== undefined) return
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
      batch.resolve()
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK')
      this.#forget()
      batch.reject(error)
    }
  }
}

function open(file: string): Sqlite.Database {
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
    const db = new Sqlite(file, { timeout: 1000 })
    try {
      // One process owns the file: ids are handed out from memory.
      if (file !== ':memory:') db.pragma('locking_mode = EXCLUSIVE')
      db.pragma('journal_mode = WAL')
      db.pragma('synchronous = NORMAL')
      db.pragma('foreign_keys = ON')
      migrate(db, file)
      return db
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    throw startError(file, error)
  }
}

function startError(file: string, error: unknown): Error {
  if (error instanceof StartError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const folder = dirname(file)
  if (/^(EACCES|EPERM|EROFS|SQLITE_READONLY.*|SQLITE_CANTOPEN.*|EEXIST|ENOTDIR)$/.test(code)) {
    return new StartError(
      `The database ${file} cannot be written (${code}). Make the folder ${folder} writable, or choose another one with --data, or use --db :memory:.`,
    )
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new StartError(
      `The database ${file} is in use by another process. Stop the other grantbox, or choose another folder with --data.`,
    )
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new StartError(`The file ${file} is no database, or it is damaged (${code}). Move it away, or choose another one with --db.`)
  }
  return new StartError(`The database ${file} cannot be opened: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  })
}
