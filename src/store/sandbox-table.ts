import type { SandboxRecord, SandboxTable } from '../sandbox/table.ts'
import { CarriedKeys, withCarriedKeys } from './carried-keys.ts'
import { countStatements, countStore } from './count-store.ts'
import type { Database } from './database/database.ts'
import { directoryStatements, directoryStore } from './directory-store.ts'
import { documentStatements, documentStore } from './document-store.ts'
import { grantBookStatements, grantBookStore } from './grant-book-store.ts'
import { messageStatements, messageStore } from './message-store.ts'
import { peopleStatements, peopleStore } from './people-store.ts'
import { Ids, protocolStatements, protocolStore } from './protocol-store.ts'
import { snapshotStore } from './snapshot-store.ts'
import { inserted } from './taken.ts'

interface SandboxRow {
  id: number
  name: string
  provider: string
  company: string
  settings: string
  hosts: string
  seeded: number
  clock_offset: number
  clock_frozen_at: number | null
  created_at: number
  initial: string | null
}

/** The sandboxes in the database, and what belongs to each. */
export function sandboxTable(db: Database): SandboxTable {
  const list = db.prepare<[], SandboxRow>('SELECT * FROM sandbox ORDER BY id')
  const insert = db.prepare<[Record<string, unknown>], { id: number }>(
    `INSERT INTO sandbox (name, provider, company, settings, hosts, seeded, clock_offset, clock_frozen_at, created_at, initial)
     VALUES (@name, @provider, @company, @settings, @hosts, @seeded, @clock_offset, @clock_frozen_at, @created_at, @initial) RETURNING id`,
  )
  const update = db.prepare<[Record<string, unknown>]>(
    'UPDATE sandbox SET company = @company, settings = @settings, hosts = @hosts WHERE id = @id',
  )
  const remove = db.prepare<[number]>('DELETE FROM sandbox WHERE id = ?')
  const saveClock = db.prepare<[Record<string, unknown>]>(
    'UPDATE sandbox SET clock_offset = @offset, clock_frozen_at = @frozen_at WHERE id = @id',
  )
  const protocol = protocolStatements(db)
  const directory = directoryStatements(db)
  const grants = grantBookStatements(db)
  const people = peopleStatements(db)
  const messages = messageStatements(db)
  const documents = documentStatements(db)
  const counts = countStatements(db)
  const ids = new Ids(protocol)
  const carried = new CarriedKeys(db)
  const snapshots = snapshotStore(db, ids, carried)

  return {
    atomically: (work) => db.transaction(work)(),
    list: () =>
      list.all().map(
        (row): SandboxRecord => ({
          id: row.id,
          name: row.name,
          provider: row.provider,
          company: row.company,
          settings: JSON.parse(row.settings),
          hosts: JSON.parse(row.hosts),
          seeded: row.seeded === 1,
          clock: { offset: row.clock_offset, frozen_at: row.clock_frozen_at },
          created_at: row.created_at,
          initial: row.initial === null ? { company: row.company, settings: JSON.parse(row.settings) } : JSON.parse(row.initial),
        }),
      ),
    insert(record) {
      const values = {
        name: record.name,
        provider: record.provider,
        company: record.company,
        settings: JSON.stringify(record.settings),
        hosts: JSON.stringify(record.hosts),
        seeded: record.seeded ? 1 : 0,
        clock_offset: record.clock.offset,
        clock_frozen_at: record.clock.frozen_at,
        created_at: record.created_at,
        initial: JSON.stringify(record.initial),
      }
      return { ...record, id: inserted(() => insert.get(values), ['name', record.name]) }
    },
    update: ({ id, company, settings, hosts }) =>
      update.run({ id, company, settings: JSON.stringify(settings), hosts: JSON.stringify(hosts) }),
    delete: (id) => remove.run(id),
    saveClock: (id, clock) => saveClock.run({ id, ...clock }),
    version: snapshots.version,
    dump: (id) => snapshots.dump(id),
    load: (id, rows) => snapshots.load(id, rows),
    clear: (id) => snapshots.clear(id),
    protocolStore: (id) => withCarriedKeys(protocolStore(db, protocol, ids, id), () => carried.of(id)),
    directory: (id) => directoryStore(db, directory, id),
    grants: (id) => grantBookStore(db, grants, id),
    documents: (id) => documentStore(db, documents, id),
    social: (id) => ({
      get people() {
        return peopleStore(people, protocol.records, id)
      },
      get messages() {
        return messageStore(messages, protocol.records)
      },
    }),
    counts: (id) => countStore(db, counts, id),
  }
}
