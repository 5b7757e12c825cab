import Sqlite from 'better-sqlite3'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { Database } from '../../src/store/database/database.ts'
import { records } from '../../src/store/database/kept-records.ts'
import { keptTablesWritten } from '../../src/store/database/kept-tables.ts'
import { migrate } from '../../src/store/database/migrate.ts'
import { hideParameters } from '../../src/store/database/planner.ts'
import { directoryStore } from '../../src/store/directory-store.ts'
import { Ids, protocolStore } from '../../src/store/protocol-store.ts'
import { start } from '../support/server.ts'

/** A parameter's value for each one of a statement, as the driver takes them. */
function noValues(sql: string): unknown[] {
  const names = Object.fromEntries([...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]))
  return [...Array.from(sql.matchAll(/\?/g), () => null), ...(Object.keys(names).length > 0 ? [names] : [])]
}

describe('what makes the store forget which of the rows it keeps in memory', () => {
  const db = new Sqlite(':memory:')
  db.pragma('foreign_keys = ON')
  migrate(db, ':memory:')
  afterAll(() => db.close())
  const forgotten = (sql: string) => keptTablesWritten(db, sql, noValues(sql))

  const ofUser = ['user', 'user_app', 'grant', 'authorization_code', 'token', 'session', 'session_client', 'consent', 'document']
  const all = ['app', 'client', ...ofUser, 'carried_key']
  test.each<[sql: string, tables: string[]]>([
    ['UPDATE app SET name = @name WHERE id = @row', ['app']],
    ['update client set client_secret = ?, metadata = ? where id = ?', ['client']],
    ['DELETE FROM user WHERE id = @row', ofUser],
    ['UPDATE OR IGNORE user SET username = @username', ['user']],
    ['DELETE FROM sandbox WHERE id = ?', all],
    ['INSERT OR REPLACE INTO client (id) VALUES (?)', ['client', 'grant', 'authorization_code', 'token', 'session_client', 'consent']],
    ['INSERT INTO user (id) VALUES (@id) ON CONFLICT (id) DO UPDATE SET claims = excluded.claims', ['user']],
    ['WITH RECURSIVE line (id) AS (SELECT 1) UPDATE "grant" SET revoked_at = @now WHERE id IN (SELECT id FROM line)', ['grant']],
    ['UPDATE "grant" SET revoked_at = NULL WHERE id = @id', ['grant']],
    ['DELETE FROM "grant" WHERE id = @id RETURNING id', ['grant', 'authorization_code', 'token']],
    ['UPDATE/**/[user] SET age = 1', ['user']],
    ['DELETE FROM main . `consent`', ['consent']],
    ['REINDEX client', ['client']],
    ['DROP TABLE user_app', all],
    ['UPDATE token SET generation = 1 WHERE id = @id AND grant_id IN (SELECT id FROM "grant")', ['token']],
    ['UPDATE session SET digest = @digest WHERE id = @id', ['session']],
    ['DELETE FROM session WHERE id = @id', ['session', 'session_client']],
    [
      'UPDATE authorization_code SET used_at = @now WHERE grant_id IN (SELECT id FROM "grant" WHERE client_row = @client)',
      ['authorization_code'],
    ],
    ['INSERT INTO user_app (user_row, app_row) VALUES (@user, @app) ON CONFLICT DO NOTHING', ['user_app']],
  ])('a statement that may change some: %s', (sql, tables) => {
    expect([...forgotten(sql)].sort()).toEqual([...tables].sort())
  })

  test.each([
    'UPDATE sandbox SET clock_offset = @offset, clock_frozen_at = @frozen_at WHERE id = @id',
    'UPDATE sandbox SET company = @company WHERE id = @id',
    'DELETE FROM interaction WHERE id = @id',
  ])('no statement that changes none of them: %s', (sql) => {
    expect(forgotten(sql)).toEqual([])
  })

  test('a trigger and a table without row ids are seen through', () => {
    const other = new Sqlite(':memory:')
    const says = (sql: string) => keptTablesWritten(other, sql, [])
    other.exec(`CREATE TABLE user (id TEXT PRIMARY KEY) WITHOUT ROWID;
      CREATE TABLE note (text TEXT);
      CREATE TABLE visit (at INTEGER);
      CREATE TRIGGER noted AFTER INSERT ON note BEGIN DELETE FROM user; END`)
    expect(says('DELETE FROM user')).toEqual(['user'])
    expect(says("UPDATE user SET id = 'a'")).toEqual(['user'])
    expect(says("INSERT INTO note VALUES ('a')")).toEqual(['user'])
    expect(says('DELETE FROM visit')).toEqual([])
    other.close()
  })

  test('every statement of the program that writes to their tables, but those that say that they change none', async () => {
    const prepared = vi.spyOn(Database.prototype, 'prepare')
    const { url } = await start()
    // A snapshot's statements are made of the tables there are.
    const snapshot = await (await fetch(`${url}/_grantbox/sandboxes/iokids/snapshot`)).json()
    const body = JSON.stringify(snapshot)
    const restored = await fetch(`${url}/_grantbox/sandboxes/iokids/snapshot`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(restored.status).toBe(200)
    const statements = new Map(prepared.mock.calls.map(([sql, options]) => [sql, options?.keeps === true]))
    prepared.mockRestore()
    const writing = [...statements.keys()].filter((sql) => !db.prepare(sql).readonly)
    expect(writing.length).toBeGreaterThan(60)

    // What the statements' texts say, read apart: all of them are written in one way.
    const ofKept =
      /^\s*(?:WITH RECURSIVE [\s\S]*\)\s+)?(?:INSERT INTO|UPDATE|DELETE FROM) "?(?:app|client|user|user_app|grant|authorization_code|token|carried_key|session|session_client|consent|document)"? |^DELETE FROM sandbox /
    for (const sql of writing) expect([sql, forgotten(sql).length > 0]).toEqual([sql, ofKept.test(sql)])
    const keeping = writing.filter((sql) => statements.get(sql)).map((sql) => sql.split(' ', 3).join(' '))
    const [ofTokens, ofCodes] = ['token', 'authorization_code'].map((table) => [`INSERT INTO ${table}`, `UPDATE ${table} SET`])
    const ofDocuments = ['UPDATE document SET', 'INSERT INTO document', 'DELETE FROM document']
    expect(keeping).toEqual([...(ofTokens ?? []), 'INSERT INTO "grant"', ...(ofCodes ?? []), ...ofDocuments])
  })
})

test('a record is forgotten when a statement changed it, and when a change was undone', () => {
  const db = new Database(':memory:')
  const memory = db.memory<string, string>(10, 'app')
  const other = db.memory<string, string>(10, 'user')
  db.prepare("INSERT INTO sandbox (id, name, provider, company, created_at) VALUES (1, 'a', 'b', 'c', 0)").run()
  db.prepare("INSERT INTO app (id, sandbox_id, app_id, name, created_at) VALUES (1, 1, 'a', 'b', 0)").run()
  const touch = db.prepare<[string]>('UPDATE app SET name = ? WHERE id = 1')
  const touchNone = db.prepare<[string]>('UPDATE app SET name = ? WHERE id = 2')
  memory.set('a', 'kept')
  other.set('a', 'kept')
  touchNone.run('Find Fluffy, LLC')
  expect(memory.get('a')).toBe('kept')
  touch.run('Find Fluffy, LLC')
  expect([memory.get('a'), other.get('a')]).toEqual([undefined, 'kept'])

  const fail = db.transaction(() => {
    touch.run('somebody else')
    memory.set('a', 'read inside')
    throw new Error('undone')
  })
  expect(fail).toThrow('undone')
  expect(memory.get('a')).toBeUndefined()
  db.close()
})

test('a memory is bounded', () => {
  const db = new Database(':memory:')
  const memory = db.memory<number, number>(3, 'app')
  for (const key of [1, 2, 3, 4]) memory.set(key, key)
  expect([1, 2, 3, 4].filter((key) => memory.get(key) !== undefined)).toEqual([4])
  db.close()
})

test('parameters are hidden from the planner in conditions, and their values stay what they are', () => {
  expect(hideParameters('SELECT 1 FROM a JOIN b ON b.id = a.b WHERE a.id = @id AND a.at >= ? AND a.name LIKE @name')).toBe(
    'SELECT 1 FROM a JOIN b ON b.id = a.b WHERE a.id = +@id AND a.at >= +? AND a.name LIKE @name',
  )
  const db = new Database(':memory:')
  const values = [1, 'text', '007', Buffer.from('bytes'), null, 1.5]
  const echo = db.prepare<[unknown], { same: unknown }>('SELECT +? AS same')
  expect(values.map((value) => echo.get(value)?.same)).toEqual(values)
  db.close()
})

test('a statement that joins tables is prepared once, however often it is run', () => {
  const db = new Database(':memory:')
  const join = db.prepare<[number], object>(
    'SELECT sandbox.name, app.app_id FROM sandbox LEFT JOIN app ON app.sandbox_id = sandbox.id WHERE sandbox.id = ?',
  )
  db.prepare(`INSERT INTO sandbox (id, name, provider, company, created_at) VALUES (1, 'a', 'b', 'c', 0)`).run()
  join.get(1)
  // The driver makes a function for the rows of a statement each time that SQLite has prepared it anew.
  const made = globalThis.Function
  let count = 0
  globalThis.Function = new Proxy(made, {
    apply(target, self, args) {
      count++
      return Reflect.apply(target, self, args)
    },
  })
  try {
    for (let i = 0; i < 10; i++) join.get(1)
  } finally {
    globalThis.Function = made
  }
  expect(count).toBe(0)
  db.close()
})

test('no statement of the protocol reads a whole table to change or find one row', () => {
  const db = new Database(':memory:')
  const plans: string[] = []
  const prepare = db.prepare.bind(db)
  const explained = (sql: string) => {
    const plan = prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, { keeps: true })
    const steps = plan.all(...noValues(sql))
    plans.push(...steps.map(({ detail }) => `${detail}: ${sql}`))
  }
  const explaining = Object.assign(Object.create(db) as Database, {
    prepare(sql: string, options?: { keeps?: boolean }) {
      explained(sql)
      return prepare(sql, options)
    },
    memory: db.memory.bind(db),
  })
  protocolStore(explaining, records(explaining), new Ids(explaining), directoryStore(explaining))
  expect(plans.length).toBeGreaterThan(50)
  // There are many grants: all of a client are as bad as all there are.
  const slow = /^(SCAN|LIST SUBQUERY)|grant_client \(client_row=\?\)/
  // Who deletes a client asks for all its grants, a list in a row has no index, and what a statement says first is no table.
  const allowed =
    /^SCAN (given|access|2 CONSTANT ROWS): WITH RECURSIVE given|WITH RECURSIVE line|INSERT INTO client |max\(id\)|DELETE FROM client |json_each\(app\.scopes\)/
  expect(plans.filter((plan) => slow.test(plan) && !allowed.test(plan))).toEqual([])
  // Nor are a user's former grants to a client read for what he was asked for.
  const ofConsented = plans.filter((plan) => plan.startsWith('SEARCH grant') && plan.includes("'$.consented'"))
  expect(ofConsented).toHaveLength(5)
  for (const plan of ofConsented) expect(plan).toContain('INDEX grant_consented (user_row=? AND client_row=? AND <expr>=?')
  db.close()
})
