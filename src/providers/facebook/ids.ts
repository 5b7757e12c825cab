import { createHash } from 'node:crypto'
import type { App, User } from '../../oauth/model/records.ts'
import { idMaker } from '../data/alphabet.ts'

const digits = idMaker({ alphabet: 'digits', length: 14 })

/** An app's id, which is its client's: 15 digits. */
export const newAppId = () => `1${digits()}`

export const newAppSecret = idMaker({ alphabet: 'hex', length: 32 })

/** A user's id, which no app is told. */
export const newUserId = () => `1000${idMaker({ alphabet: 'digits', length: 11 })()}`

/** The id by which an app knows a user: 17 digits, of each app others. */
export function scopedId({ user_id }: Pick<User, 'user_id'>, { app_id }: Pick<App, 'app_id'>): string {
  const hash = createHash('sha256').update(`${app_id} ${user_id}`).digest()
  return `10${[...hash.subarray(0, 15)].map((byte) => byte % 10).join('')}`
}
