import { accessSync, closeSync, constants, existsSync, linkSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { makeFolder } from '../../basics/folder.ts'
import { builtFolder } from '../../basics/package.ts'
import { StartError } from '../../basics/start-error.ts'
import { migrate } from './migrate.ts'

/** An empty database after all migrations. A test suite opens one after the other in memory, and migrating is most of a start. */
let empty: Buffer | undefined

/** The same, which the build lays beside the program: with it a new data folder takes as long as one that is there. */
const builtImage = join(builtFolder, 'empty.db')

/** An empty database of this version, as the bytes of its file. */
export function emptyDatabase(): Buffer {
  const db = new Sqlite(':memory:')
  migrate(db, ':memory:')
  const image = db.serialize()
  db.close()
  return image
}

/**
 * Opens the SQLite file, and makes it where there is none.
 * @param file a path, or `:memory:`
 * @param image a file with an empty database of this version; what is not there, the migrations make
 * @throws StartError when the file cannot be opened, is in use by another process or was made by a newer version
 */
export function openFile(file: string, image = builtImage): Sqlite.Database {
  try {
    return file === ':memory:' ? openInMemory(image) : openOnDisk(file, image)
  } catch (error) {
    throw startError(file, error)
  }
}

function openInMemory(image: string): Sqlite.Database {
  empty ??= existsSync(image) ? readFileSync(image) : emptyDatabase()
  const db = new Sqlite(empty)
  db.pragma('synchronous = NORMAL')
  db.pragma('foreign_keys = ON')
  return db
}

function openOnDisk(file: string, image: string): Sqlite.Database {
  makeFolder(dirname(file))
  // SQLite would open it for reading, and later tell of a disk error.
  if (existsSync(file)) accessSync(file, constants.W_OK)
  // Keys, secrets and passwords stand in it; what SQLite lays beside it gets the same mode.
  else if (!lay(image, file)) closeSync(openSync(file, 'a', 0o600))
  const db = new Sqlite(file, { timeout: 1000 })
  try {
    // One process owns the file: ids are handed out from memory.
    db.pragma('locking_mode = EXCLUSIVE')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    // Four times SQLite's own measure: a checkpoint waits for the disk, and all requests of that moment with it.
    db.pragma('wal_autocheckpoint = 4000')
    db.pragma('foreign_keys = ON')
    migrate(db, file)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Puts the empty database in place, whole and only if there is none yet; false where that cannot be, and SQLite has to make it. */
function lay(image: string, file: string): boolean {
  if (!existsSync(image)) return false
  const beside = `${file}.${process.pid}.new`
  try {
    writeFileSync(beside, readFileSync(image), { flag: 'wx', mode: 0o600, flush: true })
    linkSync(beside, file)
    return true
  } catch {
    // Another process was faster, there are no links here, or nothing can be written: whoever opens the file finds out.
    return false
  } finally {
    rmSync(beside, { force: true })
  }
}

function startError(file: string, error: unknown): Error {
  if (error instanceof StartError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const folder = dirname(file)
  if (/^(EACCES|EPERM|EROFS|SQLITE_READONLY.*|SQLITE_CANTOPEN.*|EEXIST|ENOTDIR)$/.test(code)) {
    return new StartError(
      `The database ${file} cannot be written (${code}). Make it and its folder ${folder} writable, or choose another one with --data, or use --db :memory:.`,
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
