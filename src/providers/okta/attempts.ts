import type { User } from '../../oauth/model/records.ts'
import type { OwnSpace } from '../own-spaces.ts'
import { keepRecord, recordOf, setStatus } from './user-records.ts'

/** Passwords that may be wrong, one after the other, before a user is locked. */
const most = 10

/** Counts a password that was looked at; a lenient sandbox counts none. */
export function countPassword(user: User, right: boolean, world: Pick<OwnSpace, 'directory' | 'documents' | 'settings'>): void {
  const { failures = 0 } = recordOf(world.documents, user)
  if (right) {
    if (failures > 0) keepRecord(world.documents, user, { failures: 0 })
    return
  }
  if (world.settings.strictness === 'lenient') return
  if (failures + 1 < most) keepRecord(world.documents, user, { failures: failures + 1 })
  else setStatus(world, user, 'LOCKED_OUT')
}
