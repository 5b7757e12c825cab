import type { DocumentKind, DocumentOwner, DocumentQuery, Documents } from '../oauth/model/documents.ts'
import type { Database } from './database/database.ts'
import { limit } from './database/kept-records.ts'

interface DocumentRow {
  row: number
  key: string
  place: number
  body: string
}

/** A document's key with whose it is; 0 stands for nobody. */
type OwnedKey = {
  sandbox: number
  kind: string
  key: string
  app: number
  user: number
}

/** One for each way to list: SQLite takes an index only for what is compared for certain. */
const lists = {
  user: `user_row = @user`,
  user_app: `user_row = @user AND app_row = @app`,
  app: `app_row = @app`,
  list: `sandbox_id = @sandbox AND list = @list`,
} as const

/** How many characters of JSON are kept in memory, parsed, until it begins anew. */
const mostKept = 4_000_000

/** The documents of one sandbox. */
export function documentStore(db: Database) {
  const which = 'sandbox_id = @sandbox AND kind = @kind AND key = @key AND ifnull(app_row, 0) = @app AND ifnull(user_row, 0) = @user'
  // Of those in memory it forgets the one that it is about.
  const keeps = { keeps: true }
  const list = (condition: string) =>
    db.named<DocumentRow>(
      `SELECT id AS row, key, place, body FROM document
       WHERE ${condition} AND kind = @kind AND (place, id) < (@place, @row) ORDER BY place DESC, id DESC LIMIT @limit`,
    )
  const statements = {
    get: db.named<Pick<DocumentRow, 'body'>>(`SELECT body FROM document WHERE ${which}`),
    // What stays where it stood leaves the indexes alone.
    rewrite: db.prepare(`UPDATE document SET body = @body WHERE ${which} AND list IS @list AND place = @place`, keeps),
    put: db.prepare(
      `INSERT INTO document (sandbox_id, kind, key, app_row, user_row, list, place, body)
       VALUES (@sandbox, @kind, @key, nullif(@app, 0), nullif(@user, 0), @list, @place, @body)
       ON CONFLICT (sandbox_id, kind, key, ifnull(app_row, 0), ifnull(user_row, 0)) DO UPDATE SET list = @list, place = @place, body = @body`,
      keeps,
    ),
    delete: db.prepare(`DELETE FROM document WHERE ${which}`, keeps),
    user: list(lists.user),
    user_app: list(lists.user_app),
    app: list(lists.app),
    list: list(lists.list),
  }
  /** Those that were asked for, whether or not they are there. */
  const kept = db.memory<string, { body: unknown }>(limit, 'document')
  let characters = 0
  const read = (which: OwnedKey): { body: unknown } => {
    const found = statements.get.get(which)
    if (found === undefined) return { body: undefined }
    characters += found.body.length
    if (characters > mostKept) {
      kept.clear()
      characters = found.body.length
    }
    return { body: frozen(JSON.parse(found.body)) }
  }
  return (sandbox: number): Documents => ({
    kind<Body>(kind: string): DocumentKind<Body> {
      const owned = (key: string, { app, user }: DocumentOwner = {}) => ({ sandbox, kind, key, app: app?.row ?? 0, user: user?.row ?? 0 })
      return {
        get(key, owner) {
          const which = owned(key, owner)
          const name = nameOf(which)
          const known = kept.get(name) ?? read(which)
          kept.set(name, known)
          return known.body as Readonly<Body> | undefined
        },
        put(key, body, where = {}) {
          const { list = null, place = 0 } = where
          const which = owned(key, where)
          const document = { ...which, list, place, body: JSON.stringify(body) }
          kept.delete(nameOf(which))
          statements.rewrite.run(document).changes === 0 && statements.put.run(document)
        },
        delete(key, owner) {
          const which = owned(key, owner)
          kept.delete(nameOf(which))
          return statements.delete.run(which).changes === 1
        },
        list: (query) =>
          statements[listOf(query)]
            .all({ sandbox, kind, ...valuesOf(query) })
            .map(({ body, ...document }) => ({ ...document, body: JSON.parse(body) })),
      }
    },
    transaction: (work) => db.transaction(work)(),
  })
}

/** What one document is known by; only its key may have spaces. */
function nameOf({ sandbox, app, user, kind, key }: OwnedKey): string {
  return `${sandbox} ${app} ${user} ${kind} ${key}`
}

/** Makes sure that nobody changes what others are given, too. */
function frozen(body: unknown): unknown {
  const all = [body]
  for (const one of all) {
    if (typeof one !== 'object' || one === null) continue
    Object.freeze(one)
    for (const member of Object.values(one)) all.push(member)
  }
  return body
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
