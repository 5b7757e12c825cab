import type { App, User } from '../oauth/model/records.ts'
import type { AppData, StoredData } from '../providers/social.ts'
import type { Database } from './database/database.ts'

export interface AppDataRow {
  data: string
  version: number
  created_at: number
  updated_at: number
}

/** Every statement about apps' data, prepared once for all sandboxes. */
export function appDataStatements(db: Database) {
  const prepare = <Row = unknown>(sql: string) => db.prepare<[Record<string, unknown>], Row>(sql)
  const which = `WHERE app_row = @app AND user_row = @user AND bucket = @bucket`
  return {
    find: prepare<AppDataRow>(`SELECT data, version, created_at, updated_at FROM app_data ${which}`),
    save: prepare<AppDataRow>(
      `INSERT INTO app_data (app_row, user_row, bucket, data, version, created_at, updated_at)
       VALUES (@app, @user, @bucket, @data, 1, @now, @now)
       ON CONFLICT (app_row, user_row, bucket) DO UPDATE SET data = @data, version = version + 1, updated_at = @now
       RETURNING data, version, created_at, updated_at`,
    ),
    remove: prepare(`DELETE FROM app_data ${which}`),
  }
}

/** What apps keep about the users of one sandbox. */
export function appDataStore(db: Database, statements: ReturnType<typeof appDataStatements>): AppData {
  // No bucket may have the empty name, so the data without a bucket has it.
  const keys = (app: App, user: User, bucket: string | null) => ({ app: app.row, user: user.row, bucket: bucket ?? '' })
  const change = db.transaction((where: ReturnType<typeof keys>, now: number, make: Parameters<AppData['change']>[4]) => {
    const before = toStoredData(statements.find.get(where))
    const data = make(before)
    if (data !== undefined) return { before, after: toStoredData(statements.save.get({ ...where, now, data: JSON.stringify(data) })) }
    if (before !== undefined) statements.remove.run(where)
    return { before, after: undefined }
  })
  return {
    find: async (app, user, bucket) => toStoredData(statements.find.get(keys(app, user, bucket))),
    change: async (app, user, bucket, now, make) => change(keys(app, user, bucket), now, make),
  }
}

function toStoredData(row: AppDataRow | undefined): StoredData | undefined {
  return row && { ...row, data: JSON.parse(row.data) }
}
