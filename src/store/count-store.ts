import type { CountStore, HourlyCount } from '../sandbox/counts.ts'
import type { Database } from './database/database.ts'

/** The counts of one sandbox. */
export function countStore(db: Database) {
  const statements = {
    // A sandbox may have been deleted since it counted.
    add: db.named(
      `INSERT INTO hourly_count (sandbox_id, hour, name, count) SELECT id, @hour, @name, @count FROM sandbox WHERE id = @sandbox
       ON CONFLICT (sandbox_id, hour, name) DO UPDATE SET count = count + @count`,
    ),
    since: db.named<HourlyCount>(
      `SELECT hour, name, count FROM hourly_count WHERE sandbox_id = @sandbox AND hour >= @hour ORDER BY hour, name`,
    ),
  }
  return (sandbox: number): CountStore => ({
    add: db.transaction((counts: readonly HourlyCount[]) => {
      for (const one of counts) statements.add.run({ ...one, sandbox })
    }),
    since: (hour) => statements.since.all({ sandbox, hour }),
  })
}
