import type { DocumentOwner, DocumentQuery, Documents } from '../oauth/model/documents.ts'
import type { Database } from './database/database.ts'

interface DocumentRow {
  row: number
  key: string
  place: number
  body: string
}

/** One for each way to list: SQLite takes an index only for what is compared for certain. */
const lists = {
  user: `user_row = @user`,
  user_app: `user_row = @user AND app_row = @app`,
  app: `app_row = @app`,
  list: `sandbox_id = @sandbox AND list = @list`,
} as const

/** The documents of one sandbox. */
export function documentStore(db: Database) {
  const which = 'sandbox_id = @sandbox AND kind = @kind AND key = @key AND ifnull(app_row, 0) = @app AND ifnull(user_row, 0) = @user'
  const list = (condition: string) =>
    db.named<DocumentRow>(
      `SELECT id AS row, key, place, body FROM document
       WHERE ${condition} AND kind = @kind AND (place, id) < (@place, @row) ORDER BY place DESC, id DESC LIMIT @limit`,
    )
  const statements = {
    get: db.named<Pick<DocumentRow, 'body'>>(`SELECT body FROM document WHERE ${which}`),
    // What stays where it stood leaves the indexes alone.
    rewrite: db.named(`UPDATE document SET body = @body WHERE ${which} AND list IS @list AND place = @place`),
    put: db.named(
      `INSERT INTO document (sandbox_id, kind, key, app_row, user_row, list, place, body)
       VALUES (@sandbox, @kind, @key, nullif(@app, 0), nullif(@user, 0), @list, @place, @body)
       ON CONFLICT (sandbox_id, kind, key, ifnull(app_row, 0), ifnull(user_row, 0)) DO UPDATE SET list = @list, place = @place, body = @body`,
    ),
    delete: db.named(`DELETE FROM document WHERE ${which}`),
    user: list(lists.user),
    user_app: list(lists.user_app),
    app: list(lists.app),
    list: list(lists.list),
  }
  return (sandbox: number): Documents => ({
    kind(kind) {
      const owned = (key: string, { app, user }: DocumentOwner = {}) => ({ sandbox, kind, key, app: app?.row ?? 0, user: user?.row ?? 0 })
      return {
        get(key, owner) {
          const found = statements.get.get(owned(key, owner))
          return found === undefined ? undefined : JSON.parse(found.body)
        },
        put(key, body, where = {}) {
          const { list = null, place = 0 } = where
          const document = { ...owned(key, where), list, place, body: JSON.stringify(body) }
          statements.rewrite.run(document).changes === 0 && statements.put.run(document)
        },
        delete: (key, owner) => statements.delete.run(owned(key, owner)).changes === 1,
        list: (query) =>
          statements[listOf(query)]
            .all({ sandbox, kind, ...valuesOf(query) })
            .map(({ body, ...document }) => ({ ...document, body: JSON.parse(body) })),
      }
    },
    transaction: (work) => db.transaction(work)(),
  })
}

function listOf(query: DocumentQuery): keyof typeof lists {
  if ('list' in query) return 'list'
  if (!('user' in query)) return 'app'
  return query.app === undefined ? 'user' : 'user_app'
}

function valuesOf(query: DocumentQuery): Record<string, unknown> {
  const { place, row } = query.after ?? { place: Number.MAX_SAFE_INTEGER, row: Number.MAX_SAFE_INTEGER }
  const page = { place, row, limit: query.limit }
  if ('list' in query) return { ...page, list: query.list }
  return { ...page, ...('user' in query && { user: query.user.row }), ...(query.app !== undefined && { app: query.app.row }) }
}
