import { TakenError } from '../oauth/model/directory.ts'
import type { Brand, Brands } from '../sandbox/brands.ts'
import type { Database } from './database/database.ts'

/** Every statement about brands, prepared once for all sandboxes. */
export function brandStatements(db: Database) {
  const prepare = <Row = unknown>(sql: string) => db.prepare<[Record<string, unknown>], Row>(sql)
  return {
    list: prepare<Brand>(`SELECT id AS row, name FROM brand WHERE sandbox_id = @sandbox ORDER BY name COLLATE NOCASE`),
    create: prepare<{ row: number }>(`INSERT INTO brand (sandbox_id, name) VALUES (@sandbox, @name) RETURNING id AS row`),
    rename: prepare(`UPDATE brand SET name = @name WHERE id = @row AND sandbox_id = @sandbox`),
    delete: prepare(`DELETE FROM brand WHERE id = @row AND sandbox_id = @sandbox`),
    byApp: prepare<Brand & { app_row: number }>(
      `SELECT brand_app.app_row, brand.id AS row, brand.name FROM brand_app JOIN brand ON brand.id = brand_app.brand_row
       WHERE brand.sandbox_id = @sandbox`,
    ),
    assign: prepare(
      `INSERT INTO brand_app (app_row, brand_row) VALUES (@app, @brand) ON CONFLICT (app_row) DO UPDATE SET brand_row = @brand`,
    ),
    unassign: prepare(`DELETE FROM brand_app WHERE app_row = @app`),
  }
}

/** The brands of one sandbox. */
export function brandStore(db: Database, statements: ReturnType<typeof brandStatements>, sandbox: number): Brands {
  const unlessTaken = <T>(name: string, change: () => T): T => {
    try {
      return db.write(change)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_UNIQUE') throw new TakenError('brand', name)
      throw error
    }
  }
  return {
    list: () => statements.list.all({ sandbox }),
    create(name) {
      const created = unlessTaken(name, () => statements.create.get({ sandbox, name }))
      return { row: created?.row ?? 0, name }
    },
    rename({ row }, name) {
      unlessTaken(name, () => statements.rename.run({ sandbox, row, name }))
    },
    delete({ row }) {
      db.write(() => statements.delete.run({ sandbox, row }))
    },
    byApp: () => new Map(statements.byApp.all({ sandbox }).map(({ app_row, row, name }) => [app_row, { row, name }])),
    assign(app, brand) {
      db.write(() =>
        brand === undefined ? statements.unassign.run({ app: app.row }) : statements.assign.run({ app: app.row, brand: brand.row }),
      )
    },
  }
}
