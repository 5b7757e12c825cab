import type { SandboxRecord, SandboxSize, SandboxTable } from '../sandbox/table.ts'
import { CarriedKeys, withCarriedKeys } from './carried-keys.ts'
import { countStore } from './count-store.ts'
import type { Database } from './database/database.ts'
import { records } from './database/kept-records.ts'
import { directoryStore } from './directory-store.ts'
import { documentStore } from './document-store.ts'
import { grantBookStore } from './grant-book-store.ts'
import { messageStore } from './message-store.ts'
import { peopleStore } from './people-store.ts'
import { Ids, protocolStore } from './protocol-store.ts'
import { snapshotStore } from './snapshot-store.ts'
import { inserted } from './taken.ts'

interface SandboxRow extends Pick<SandboxRecord, 'id' | 'name' | 'provider' | 'parent_id' | 'space' | 'company' | 'port' | 'created_at'> {
  settings: string
  hosts: string
  seeded: number
  clock_offset: number
  clock_frozen_at: number | null
  initial: string | null
}

/** The sandboxes in the database, and what belongs to each. */
export function sandboxTable(db: Database): SandboxTable {
  const list = db.prepare<[], SandboxRow>('SELECT * FROM sandbox WHERE parent_id IS NULL ORDER BY id')
  const listSpaces = db.prepare<[number], SandboxRow>('SELECT * FROM sandbox WHERE parent_id = ? ORDER BY id')
  const insert = db.prepare<[Record<string, unknown>], { id: number }>(
    `INSERT INTO sandbox (name, provider, parent_id, space, company, settings, hosts, port, seeded, clock_offset, clock_frozen_at, created_at, initial)
     VALUES (@name, @provider, @parent_id, @space, @company, @settings, @hosts, @port, @seeded, @clock_offset, @clock_frozen_at, @created_at, @initial) RETURNING id`,
  )
  const update = db.prepare<[Record<string, unknown>]>(
    'UPDATE sandbox SET company = @company, settings = @settings, hosts = @hosts, port = @port, space = @space WHERE id = @id',
  )
  const remove = db.prepare<[number]>('DELETE FROM sandbox WHERE id = ?')
  const saveClock = db.prepare<[Record<string, unknown>]>(
    'UPDATE sandbox SET clock_offset = @offset, clock_frozen_at = @frozen_at WHERE id = @id',
  )
  const within = '(SELECT id FROM sandbox WHERE id = one.value OR parent_id = one.value)'
  const sizes = db.prepare<[string], SandboxSize & { id: number }>(
    `SELECT one.value AS id,
       (SELECT count(*) FROM user WHERE sandbox_id IN ${within}) AS users,
       (SELECT count(*) FROM client WHERE sandbox_id IN ${within}) AS clients,
       (SELECT count(*) FROM client JOIN "grant" ON client_row = client.id WHERE sandbox_id IN ${within}) AS grants,
       (SELECT count(*) FROM sandbox WHERE parent_id = one.value) AS spaces
     FROM json_each(?) AS one`,
  )
  const ids = new Ids(db)
  const known = records(db)
  const directory = directoryStore(db)
  const protocol = protocolStore(db, known, ids, directory)
  const people = peopleStore(db, known)
  const messages = messageStore(db, known)
  const carried = new CarriedKeys(db)
  const snapshots = snapshotStore(db, ids, carried)

  return {
    atomically: (work) => db.transaction(work)(),
    list: () => list.all().map(toRecord),
    listSpaces: (parent_id) => listSpaces.all(parent_id).map(toRecord),
    insert(record) {
      const values = {
        ...record,
        settings: JSON.stringify(record.settings),
        hosts: JSON.stringify(record.hosts),
        seeded: record.seeded ? 1 : 0,
        clock_offset: record.clock.offset,
        clock_frozen_at: record.clock.frozen_at,
        initial: JSON.stringify(record.initial),
      }
      return { ...record, id: inserted(() => insert.get(values), ['name', record.name]) }
    },
    update: ({ id, company, port, settings, hosts, space }) =>
      update.run({ id, company, port, settings: JSON.stringify(settings), hosts: JSON.stringify(hosts), space }),
    delete: (id) => remove.run(id),
    saveClock: (id, clock) => saveClock.run({ id, ...clock }),
    sizes: (ids) => new Map(sizes.all(JSON.stringify(ids)).map(({ id, ...size }) => [id, size])),
    ...snapshots,
    protocolStore: (id) => withCarriedKeys(protocol(id), () => carried.of(id)),
    directory,
    grants: grantBookStore(db),
    documents: documentStore(db),
    social: (id) => ({
      get people() {
        return people(id)
      },
      messages,
    }),
    counts: countStore(db),
  }
}

function toRecord({ settings, hosts, seeded, clock_offset, clock_frozen_at, initial, ...row }: SandboxRow): SandboxRecord {
  return {
    ...row,
    settings: JSON.parse(settings),
    hosts: JSON.parse(hosts),
    seeded: seeded === 1,
    clock: { offset: clock_offset, frozen_at: clock_frozen_at },
    initial: initial === null ? { company: row.company, settings: JSON.parse(settings) } : JSON.parse(initial),
  }
}
