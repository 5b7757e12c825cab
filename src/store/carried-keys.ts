import type { ProtocolStore } from '../oauth/storage/store.ts'
import type { Database } from './database/database.ts'

/** The tables whose rows' keys stand in codes and tokens. */
export const carriedTables: readonly string[] = ['authorization_code', 'token']

/** Under which keys the restored codes and tokens of all sandboxes lie, where those are not the ones that they carry. */
export class CarriedKeys {
  readonly #find
  readonly #save
  readonly #kept

  constructor(db: Database) {
    this.#find = db.prepare<[number], { carried: number; id: number }>('SELECT carried, id FROM carried_key WHERE sandbox_id = ?')
    this.#save = db.prepare<[number, number, number]>('INSERT INTO carried_key (sandbox_id, carried, id) VALUES (?, ?, ?)')
    this.#kept = db.memory<number, ReadonlyMap<number, number>>(4096, 'carried_key')
  }

  /** By the key that is carried, the row's; empty for nearly every sandbox. */
  of(sandbox: number): ReadonlyMap<number, number> {
    let keys = this.#kept.get(sandbox)
    if (keys === undefined) {
      keys = new Map(this.#find.all(sandbox).map(({ carried, id }) => [carried, id]))
      this.#kept.set(sandbox, keys)
    }
    return keys
  }

  /** Notes while a sandbox is loaded that what carries one key lies under another. */
  save(sandbox: number, carried: number, id: number): void {
    this.#save.run(sandbox, carried, id)
  }
}

/** A sandbox's store that finds restored codes and tokens by the keys that they carry. */
export function withCarriedKeys(store: ProtocolStore, keys: () => ReadonlyMap<number, number>): ProtocolStore {
  const row = (carried: number) => keys().get(carried) ?? carried
  return {
    ...store,
    takeCode: (id, ...rest) => store.takeCode(row(id), ...rest),
    burnCode: (id, ...rest) => store.burnCode(row(id), ...rest),
    ownerOfCode: (id) => store.ownerOfCode(row(id)),
    useRefreshToken: (id, ...rest) => store.useRefreshToken(row(id), ...rest),
    findRefreshToken: (id, ...rest) => store.findRefreshToken(row(id), ...rest),
    findAccessToken: (id, ...rest) => store.findAccessToken(row(id), ...rest),
    expireAccessToken: (id, ...rest) => store.expireAccessToken(row(id), ...rest),
    revokeAccessToken: (id, ...rest) => store.revokeAccessToken(row(id), ...rest),
    grantOfToken: (id) => store.grantOfToken(row(id)),
    whyRevoked: (id) => store.whyRevoked(row(id)),
    usageOf: (id) => store.usageOf(row(id)),
  }
}
