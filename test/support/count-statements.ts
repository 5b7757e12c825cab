import BetterSqlite from 'better-sqlite3'
import { onTestFinished, vi } from 'vitest'

/** Counts what is asked of the database from now on, until the test ends. @returns how many that were so far */
export function countStatements(): () => number {
  const counted = vi.fn()
  const statement = Object.getPrototypeOf(new BetterSqlite(':memory:').prepare('SELECT 1'))
  for (const method of ['all', 'get', 'run', 'iterate']) {
    const original = statement[method]
    vi.spyOn(statement, method).mockImplementation(function (this: unknown, ...values) {
      counted()
      return original.apply(this, values)
    })
  }
  onTestFinished(() => {
    vi.restoreAllMocks()
  })
  return () => counted.mock.calls.length
}
