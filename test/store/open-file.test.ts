import { copyFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { packageFolder } from '../../src/basics/package.ts'
import { migrate } from '../../src/store/database/migrate.ts'
import { emptyDatabase, openFile } from '../../src/store/database/open-file.ts'

let folder: string
let image: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grantbox-open-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  image = join(folder, 'empty.db')
  await mkdir(join(folder, 'data'))
  file = join(folder, 'data/grantbox.db')
})

/** What a database is, but for what is in it. */
function shapeOf(db: Sqlite.Database) {
  const shape = {
    tables: db.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY type, name').all(),
    version: db.pragma('user_version', { simple: true }),
    journal: db.pragma('journal_mode', { simple: true }),
  }
  db.close()
  return shape
}

/** Opens with an image that was there when it did, and without. */
function opened(at = file, from = image) {
  const shape = shapeOf(openFile(at, from))
  expect(shape).toEqual(shapeOf(openFile(join(folder, 'migrated.db'), join(folder, 'nothing'))))
  return shape
}

test('a new file begins as the image, which is what the migrations make, and its owner alone reads it', async () => {
  await writeFile(image, emptyDatabase())
  expect(opened()).toMatchObject({ journal: 'wal' })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readdir(join(folder, 'data'))).toEqual(['grantbox.db'])
  // What is not in the migrations tells of where it came from.
  const marked = new Sqlite(image)
  marked.exec('CREATE TABLE of_the_image (a)')
  marked.close()
  const other = openFile(join(folder, 'other.db'), image)
  expect(other.prepare("SELECT name FROM sqlite_master WHERE name = 'of_the_image'").get()).toBeDefined()
  other.close()
})

test('an image of fewer migrations is brought to this version', async () => {
  const early = join(folder, 'early')
  await mkdir(early)
  for (const name of (await readdir(join(packageFolder, 'migrations'))).sort().slice(0, 5)) {
    await copyFile(join(packageFolder, 'migrations', name), join(early, name))
  }
  const older = new Sqlite(image)
  migrate(older, image, early)
  expect(older.pragma('user_version', { simple: true })).toBe(5)
  older.close()
  opened()
})

test('a file that is there stays', async () => {
  const db = openFile(file, join(folder, 'nothing'))
  db.exec('CREATE TABLE of_mine (a)')
  db.close()
  await writeFile(image, emptyDatabase())
  const again = openFile(file, image)
  expect(again.prepare("SELECT name FROM sqlite_master WHERE name = 'of_mine'").get()).toBeDefined()
  again.close()
})

test('where the image cannot be laid, the migrations make the file', async () => {
  await mkdir(image)
  opened()
  expect(await readdir(join(folder, 'data'))).toEqual(['grantbox.db'])
})

test('what cannot be written is told, and nothing is left', async () => {
  await writeFile(image, emptyDatabase())
  const below = join(file, 'grantbox.db')
  await writeFile(file, '')
  expect(() => openFile(below, image)).toThrow(/^The database .* cannot be written \((EEXIST|ENOTDIR)\)\. Make it and its folder/)
  expect(await readdir(join(folder, 'data'))).toEqual(['grantbox.db'])
})
