import type { User } from '../../../oauth/model/records.ts'
import { attributesOf } from '../attributes.ts'
import { invalidParameter } from '../errors.ts'
import type { Pool } from './pool.ts'

const searchable = [
  ...['username', 'email', 'phone_number', 'name', 'given_name', 'family_name', 'preferred_username'],
  ...['cognito:user_status', 'status', 'sub'],
]

/** Whether a user is wanted by a `Filter` of ListUsers: `attribute = "value"`, or `^=` for a beginning. */
export function userFilter(text: string | undefined, pool: Pool): (user: User) => boolean {
  if (text === undefined || text.trim() === '') return () => true
  const match = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/.exec(text)
  const [, name = '', operator, quoted = ''] = match ?? []
  if (match === null || !searchable.includes(name)) {
    throw invalidParameter(
      'Error while parsing filter, Invalid search attribute',
      `Filter is '${text}'; searched are ${searchable.join(', ')}`,
    )
  }
  const value = quoted.replace(/\\(.)/g, '$1')
  return (user) => {
    const has = searched(name, user, pool)
    return operator === '=' ? has === value : has?.toLowerCase().startsWith(value.toLowerCase()) === true
  }
}

function searched(name: string, user: User, pool: Pool): string | undefined {
  if (name === 'username') return user.username
  if (name === 'status') return user.disabled ? 'Disabled' : 'Enabled'
  return name === 'cognito:user_status' ? pool.account(user).status : attributesOf(user)[name]
}

/** A page of a list, and where it goes on; tokens are places in the list. */
export function paged<Item>(items: readonly Item[], limit: number | undefined, token: string | undefined, most = 60) {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString())
  if (!Number.isInteger(from) || from < 0) throw invalidParameter('Invalid pagination token')
  const to = from + Math.min(limit ?? most, most)
  return { items: items.slice(from, to), next: to < items.length ? Buffer.from(String(to)).toString('base64') : undefined }
}
