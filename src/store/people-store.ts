import type { User } from '../oauth/model/records.ts'
import type { People, Relation } from '../providers/social.ts'
import type { Database } from './database/database.ts'
import type { Records } from './database/kept-records.ts'
import { toUser, type UserRow, userColumns } from './rows.ts'

type RelationRow = { [K in keyof Relation]: number }

/** Whom the viewer may see: kids are seen by kids and by their parents, everybody else by everybody but strangers' kids. */
const visible = `((user.type IS 'kid') = @viewerIsKid OR EXISTS (SELECT 1 FROM parenthood
  WHERE (kid_row = user.id AND parent_row = @viewer) OR (kid_row = @viewer AND parent_row = user.id)))`
const ofType = `(@type IS NULL OR (user.type IS 'kid') = (@type = 'kid'))`

/** The search: two ranges of indexes, then what was found by its key. */
export const searchSql = `SELECT ${userColumns} FROM user
  WHERE id IN (
      SELECT id FROM user WHERE sandbox_id = @sandbox AND username >= @prefix AND username < @end
      UNION ALL
      SELECT id FROM user WHERE sandbox_id = @sandbox AND first_name COLLATE NOCASE >= @prefix AND first_name COLLATE NOCASE < @end)
    AND username > @after AND ${ofType} AND ${visible}
  ORDER BY username LIMIT @limit`

/** All whom somebody may see, by an index that has what is asked. */
export const visibleRowsSql = `SELECT id FROM user WHERE sandbox_id = @sandbox AND id <> @viewer AND ${ofType} AND ${visible} ORDER BY id`

/** The users of one sandbox among themselves. */
export function peopleStore(db: Database, { userOf }: Records) {
  const inCommon = (shared: string, own: string) =>
    `EXISTS (SELECT 1 FROM parenthood AS mine JOIN parenthood AS theirs ON theirs.${shared} = mine.${shared}
       WHERE mine.${own} = @viewer AND theirs.${own} = @other)`
  const statements = {
    relation: db.named<RelationRow>(
      `SELECT @viewer = @other AS self,
         EXISTS (SELECT 1 FROM friendship WHERE user_row = @viewer AND friend_row = @other) AS friend,
         EXISTS (SELECT 1 FROM parenthood WHERE kid_row = @viewer AND parent_row = @other) AS parent,
         EXISTS (SELECT 1 FROM parenthood WHERE kid_row = @other AND parent_row = @viewer) AS kid,
         ${inCommon('parent_row', 'kid_row')} OR ${inCommon('kid_row', 'parent_row')} AS relative`,
    ),
    friends: db.named<UserRow>(
      `SELECT ${userColumns} FROM friendship JOIN user ON user.id = friendship.friend_row
       WHERE friendship.user_row = @viewer AND friendship.friend_row > @after AND ${visible} ORDER BY friendship.friend_row LIMIT @limit`,
    ),
    search: db.named<UserRow>(searchSql),
    visibleRows: db.named<{ id: number }>(visibleRowsSql),
  }
  return (sandbox: number): People => {
    const eyes = (viewer: User) => ({ viewer: viewer.row, viewerIsKid: viewer.type === 'kid' ? 1 : 0 })
    return {
      relation(viewer, other) {
        const row = statements.relation.get({ viewer: viewer.row, other: other.row })
        return {
          self: row?.self === 1,
          friend: row?.friend === 1,
          parent: row?.parent === 1,
          kid: row?.kid === 1,
          relative: row?.relative === 1,
        }
      },
      friends: (viewer, after, limit) => statements.friends.all({ ...eyes(viewer), after, limit }).map(toUser),
      search(viewer, { prefix, type, after, limit }) {
        // No text that begins with the prefix sorts behind the prefix and the last character there is.
        const end = `${prefix}\u{10ffff}`
        return statements.search.all({ ...eyes(viewer), sandbox, prefix, end, type: type ?? null, after, limit }).map(toUser)
      },
      visibleRows: (viewer, type) => statements.visibleRows.all({ ...eyes(viewer), sandbox, type: type ?? null }).map((row) => row.id),
      byRows: (rows) => rows.flatMap((row) => userOf(row) ?? []),
    }
  }
}
