import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { packageFolder } from '../../basics/package.ts'
import { StartError } from '../../basics/start-error.ts'

const ours = join(packageFolder, 'migrations')

/**
 * Brings the database to this program's version: the numbered files of `migrations/`, counted by `user_version`, all in one
 * immediate transaction that reads the version inside it, so that two processes cannot both migrate and a stop in the middle
 * leaves the old version.
 * @param folder where the files are; the program's own unless given
 * @throws StartError when the database is newer than the program
 */
export function migrate(db: Database.Database, file: string, folder = ours): void {
  const files = readdirSync(folder)
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .sort()
  const run = db.transaction(() => {
    const version = Number(db.pragma('user_version', { simple: true }))
    if (version > files.length) {
      throw new StartError(
        `The database ${file} was made by a newer grantbox (its version is ${version}, this program knows ${files.length}). ` +
          'Update grantbox, or choose another file with --db or another folder with --data.',
      )
    }
    for (const name of files.slice(version)) db.exec(readFileSync(join(folder, name), 'utf8'))
    if (version < files.length) db.pragma(`user_version = ${files.length}`)
  })
  run.immediate()
}
