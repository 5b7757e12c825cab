import { copyFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { migrate } from '../../src/store/database/migrate.ts'
import { spawnModule } from '../support/command-line.ts'
import { passwordTokens } from '../support/iokids-client.ts'
import { launch, start } from '../support/server.ts'

const folder = await mkdtemp(join(tmpdir(), 'grantbox-migration-'))
afterAll(() => rm(folder, { recursive: true }))

/** The program's migrations and one more, which a later version might bring. */
async function withOneMore(name: string, sql: string): Promise<{ migrations: string; count: number }> {
  const ours = join(import.meta.dirname, '../../migrations')
  const migrations = join(folder, `migrations-${name}`)
  await mkdir(migrations)
  const files = (await readdir(ours)).filter((one) => one.endsWith('.sql'))
  for (const file of files) await copyFile(join(ours, file), join(migrations, file))
  await writeFile(join(migrations, '999-later.sql'), sql)
  return { migrations, count: files.length }
}

/** A database of this version with an answer that must hold. */
async function oldDatabase(name: string): Promise<{ db: string; access_token: string; schema: unknown }> {
  const db = join(folder, `${name}.db`)
  const server = await launch({ db })
  const { access_token } = await passwordTokens(server.url)
  await server.close()
  return { db, access_token, schema: schemaOf(db) }
}

function schemaOf(db: string): unknown {
  const file = new Sqlite(db)
  try {
    expect(file.pragma('integrity_check', { simple: true })).toBe('ok')
    return [file.pragma('user_version', { simple: true }), file.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all()]
  } finally {
    file.close()
  }
}

async function works(db: string, access_token: string): Promise<void> {
  const { url } = await start({ db })
  expect((await fetch(`${url}/v1/me`, { headers: { authorization: access_token } })).status).toBe(200)
}

test('kill -9 in the middle of a migration leaves the old version, which goes on', async () => {
  const { db, access_token, schema } = await oldDatabase('killed')
  // It changes what is there, and then takes long and writes much.
  const { migrations } = await withOneMore(
    'long',
    `ALTER TABLE user ADD COLUMN later TEXT; UPDATE user SET password = 'gone'; DELETE FROM token; CREATE TABLE later (n INTEGER, text TEXT);
     INSERT INTO later WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 100000000) SELECT n, hex(randomblob(200)) FROM count;`,
  )
  const child = spawnModule(`
    import Sqlite from '${import.meta.resolve('better-sqlite3')}'
    import { migrate } from '${new URL('../../src/store/database/migrate.ts', import.meta.url).href}'
    const db = new Sqlite(${JSON.stringify(db)})
    db.pragma('journal_mode = WAL')
    migrate(db, 'file', ${JSON.stringify(migrations)})
    console.log('done')`)
  // What does not fit into its cache stands in the file before the end.
  while ((await stat(`${db}-wal`).catch(() => ({ size: 0 }))).size < 4_000_000) await setTimeout(5)
  child.kill('SIGKILL')
  expect((await child.ended).stdout).toBe('')
  expect(schemaOf(db)).toEqual(schema)
  await works(db, access_token)
})

test('a migration that fails leaves the old version, which goes on', async () => {
  const { db, access_token, schema } = await oldDatabase('failed')
  const { migrations } = await withOneMore(
    'wrong',
    `UPDATE user SET password = 'gone'; CREATE TABLE later (n INTEGER); INSERT INTO nowhere VALUES (1);`,
  )
  const file = new Sqlite(db)
  expect(() => migrate(file, db, migrations)).toThrow('no such table: nowhere')
  file.close()
  expect(schemaOf(db)).toEqual(schema)
  await works(db, access_token)
})

test('the same migration without a kill is done, so it is the kill that it is saved from', async () => {
  const { db } = await oldDatabase('done')
  const { migrations, count } = await withOneMore('short', 'CREATE TABLE later (n INTEGER);')
  const file = new Sqlite(db)
  migrate(file, db, migrations)
  file.close()
  expect(schemaOf(db)).toEqual([count + 1, expect.arrayContaining([expect.objectContaining({ name: 'later' })])])
})

/** A database of an older version: the program's first migrations, and rows as that version wrote them. */
async function databaseOfVersion(version: number, sql: string): Promise<string> {
  const ours = join(import.meta.dirname, '../../migrations')
  const migrations = join(folder, `migrations-of-${version}`)
  await mkdir(migrations)
  const files = (await readdir(ours)).filter((one) => one.endsWith('.sql')).sort()
  for (const file of files.slice(0, version)) await copyFile(join(ours, file), join(migrations, file))
  const db = join(folder, `version-${version}.db`)
  const file = new Sqlite(db)
  migrate(file, db, migrations)
  expect(file.pragma('user_version', { simple: true })).toBe(version)
  file.exec(sql)
  file.close()
  return db
}

test('what apps had stored about users goes on when its table becomes documents, byte for byte', async () => {
  const data = JSON.stringify({ level: 3, text: '"🐶\u2028\\', deep: JSON.parse(`${'['.repeat(1500)}${']'.repeat(1500)}`) }).replaceAll(
    "'",
    "''",
  )
  const db = await databaseOfVersion(
    7,
    `INSERT INTO sandbox (id, name, provider, company, settings, created_at) VALUES (5, 'iokids', 'iokids', 'Co', '{"signing_secret":"s"}', 1);
     INSERT INTO app (id, sandbox_id, app_id, name, scopes, created_at) VALUES (7, 5, 'app_x', 'X', '["profile","appdata"]', 1);
     INSERT INTO client (sandbox_id, app_row, client_id, client_secret, token_endpoint_auth_method, grant_types, created_at)
       VALUES (5, 7, 'iok-cid-findfluffy', 'iok-cse-findfluffy', 'client_secret_post', '["password"]', 1);
     INSERT INTO user (id, sandbox_id, user_id, username, password, created_at) VALUES (9, 5, 'usr_b', 'beautifulmeercat246', 'Find Fluffy, LLC', 1);
     INSERT INTO user_app VALUES (9, 7);
     INSERT INTO app_data (app_row, user_row, bucket, data, version, created_at, updated_at) VALUES
       (7, 9, '', '{"a":1}', 2, 1000, 2000), (7, 9, 'finds', '${data}', 41, 3000, 4000);`,
  )
  const { url, sandbox } = await start({ db })
  const { access_token } = await passwordTokens(url)
  const read = async (path: string) =>
    (await fetch(`${url}/v1/application/data${path}`, { headers: { authorization: access_token } })).json()
  expect(await read('')).toEqual({
    bucket: null,
    data: { a: 1 },
    version: 2,
    created: '1970-01-01T00:00:01.000Z',
    updated: '1970-01-01T00:00:02.000Z',
  })
  const finds = (await read('/finds')) as { data: unknown; version: number }
  expect(finds.version).toBe(41)
  expect(JSON.stringify(finds.data)).toBe(data)
  sandbox().directory.deleteUser(must(sandbox().directory.findUser('beautifulmeercat246')))
  expect(
    sandbox()
      .documents.kind('app_data')
      .list({ app: { row: 7 }, limit: 10 }),
  ).toEqual([])
})

test('brands and the apps that belong to them go on when their tables become documents', async () => {
  const db = await databaseOfVersion(
    8,
    `INSERT INTO sandbox (id, name, provider, company, settings, created_at) VALUES
       (5, 'iokids', 'iokids', 'Co', '{"signing_secret":"s"}', 1), (6, 'other', 'iokids', 'Co', '{"signing_secret":"s"}', 1);
     INSERT INTO app (id, sandbox_id, app_id, name, scopes, created_at) VALUES (7, 5, 'app_x', 'X', '[]', 1), (8, 5, 'app_y', 'Y', '[]', 1);
     INSERT INTO brand (id, sandbox_id, name) VALUES (3, 5, 'Whisker "& Sons" 🐶'), (4, 5, 'alone'), (9, 6, 'Elsewhere');
     INSERT INTO brand_app (app_row, brand_row) VALUES (7, 3);`,
  )
  const { url, sandbox } = await start({ db })
  const brands = (name: string) => must(sandbox(name).provider.brands)(sandbox(name).documents)
  const whisker = { id: '3', name: 'Whisker "& Sons" 🐶' }
  expect(brands('iokids').list()).toEqual([{ id: '4', name: 'alone' }, whisker])
  expect(brands('other').list()).toEqual([{ id: '9', name: 'Elsewhere' }])
  expect(['app_x', 'app_y'].map((id) => brands('iokids').of(must(sandbox('iokids').directory.findApp(id))))).toEqual([whisker, undefined])
  expect((await fetch(`${url}/dashboard/iokids/brands`)).status).toBe(200)
})

test('grants go on, each in the sandbox of its client, when they no longer name it, and go with the sandbox', async () => {
  const rows = (sandbox: number) => `
    INSERT INTO sandbox (id, name, provider, company, settings, created_at) VALUES (${sandbox}, 's${sandbox}', 'iokids', 'Co', '{"signing_secret":"s"}', 1);
    INSERT INTO app (id, sandbox_id, app_id, name, created_at) VALUES (${sandbox}, ${sandbox}, 'app_x', 'X', 1);
    INSERT INTO client (id, sandbox_id, app_row, client_id, token_endpoint_auth_method, grant_types, created_at)
      VALUES (${sandbox}, ${sandbox}, ${sandbox}, 'c', 'client_secret_post', '["password"]', 1);
    INSERT INTO user (id, sandbox_id, user_id, username, created_at) VALUES (${sandbox}, ${sandbox}, 'u', 'u', 1);
    INSERT INTO "grant" (id, sandbox_id, client_row, user_row, grant_type, scope, created_at) VALUES
      (${sandbox}, ${sandbox}, ${sandbox}, ${sandbox}, 'password', 'profile', 1),
      (${sandbox}0, ${sandbox}, ${sandbox}, NULL, 'client_credentials', 'profile', 1);
    INSERT INTO token (id, grant_id, issued_at, access_digest, access_expires_at) VALUES (${sandbox}0, ${sandbox}0, 1, x'0${sandbox}', 9);`
  const db = await databaseOfVersion(13, rows(5) + rows(6))
  const { url, sandbox, close } = await launch({ db })
  const [five, six] = [sandbox('s5'), sandbox('s6')]
  const grantsOf = ({ grants }: typeof five) => grants.list({ limit: 10 }).map(({ grant }) => grant.id)
  expect([grantsOf(five), grantsOf(six)]).toEqual([
    [5, 50],
    [6, 60],
  ])
  expect(five.store.findAccessToken(50, Buffer.of(5), 2)).toMatchObject({ grant: { id: 50 } })
  expect(six.store.findAccessToken(50, Buffer.of(5), 2)).toBe('unknown')
  expect(six.store.revokeAccessToken(50, 2)).toBe(false)
  const snapshot = (await (await fetch(`${url}/_grantbox/sandboxes/s5/snapshot`)).json()) as { tables: Record<string, { id: number }[]> }
  expect([snapshot.tables.grant, snapshot.tables.token].map((table) => table?.map(({ id }) => id))).toEqual([[5, 50], [50]])
  expect((await fetch(`${url}/_grantbox/sandboxes/s5`, { method: 'DELETE' })).status).toBe(204)
  expect(grantsOf(six)).toEqual([6, 60])
  await close()
  const file = new Sqlite(db)
  expect(file.prepare('SELECT id FROM "grant" UNION ALL SELECT id FROM token').pluck().all().sort()).toEqual([6, 60, 60])
  file.close()
})

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is not there')
  return value
}
