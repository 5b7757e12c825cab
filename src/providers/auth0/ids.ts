import { idMaker } from '../data/alphabet.ts'

/** How the vendor's ids look. */

/** 24 hexadecimal digits, as its database has them. */
export const newObjectId = idMaker({ alphabet: 'hex', length: 24 })

export const newClientId = idMaker({ alphabet: 'letters_digits', length: 32 })

export const newClientSecret = idMaker({ alphabet: 'url_safe', length: 64 })

export const newRoleId = idMaker({ prefix: 'rol_', alphabet: 'letters_digits', length: 16 })

export const newOrganizationId = idMaker({ prefix: 'org_', alphabet: 'letters_digits', length: 16 })

export const newSessionId = idMaker({ alphabet: 'url_safe', length: 32 })

/** What stands behind a message's link. */
export const newTicket = idMaker({ alphabet: 'letters_digits', length: 32 })

/** The `sub` of a user of the vendor's database of passwords. */
export function databaseId(id: string = newObjectId()): string {
  return `auth0|${id}`
}
