import { digest, randomFrom } from '../../basics/random.ts'
import type { App } from '../../oauth/model/records.ts'
import { charactersOf, idMaker } from '../data/alphabet.ts'

/** How the vendor's ids look: what a letter stands for, and capitals and digits. */

const capitals = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const length = 10

export const newAppId = idMaker({ prefix: 'A', alphabet: capitals, length })
export const newUserId = idMaker({ prefix: 'U', alphabet: capitals, length })

/** The number of a workspace and that of an app. */
export function newClientId(): string {
  return `${randomDigits(10)}.${randomDigits(13)}`
}

export const newClientSecret = idMaker({ alphabet: 'hex', length: 32 })

export function randomDigits(count: number): string {
  return randomFrom('123456789', 1) + randomFrom(charactersOf('digits'), count - 1)
}

/** What follows from something that has an id, and is the same each time. */
function derived(letter: string, of: string): string {
  const bytes = digest(`${letter} ${of}`).subarray(0, length)
  return letter + [...bytes].map((byte) => capitals[byte % capitals.length]).join('')
}

/** Digits that follow from an id, as tokens have them. */
export function digitsOf(id: string): string {
  return `1${String(digest(id).readUIntBE(0, 6)).padStart(15, '0').slice(-12)}`
}

/** The bot of an app, and the user as whom it speaks. */
export function botOf({ app_id, name }: App): { bot_id: string; user_id: string; name: string } {
  return { bot_id: derived('B', app_id), user_id: derived('U', app_id), name: name.toLowerCase().replaceAll(/[^a-z0-9]/g, '') }
}

export function channelIn(team_id: string): string {
  return derived('C', team_id)
}

export function enterpriseId(name: string): string {
  return derived('E', name)
}
