import { randomFrom, randomText } from '../../basics/random.ts'
import { maskedHandles } from '../../oauth/model/handle.ts'
import type { CodeFormat, TokenFormat } from '../../oauth/model/token-profile.ts'
import { charactersOf, idMaker } from '../data/alphabet.ts'

/** How the vendor's ids, codes and tokens look. */

const digits = idMaker({ alphabet: 'digits', length: 19 })
const project = idMaker({ alphabet: 'digits', length: 11 })
const name = idMaker({ alphabet: 'lower', length: 32 })

export function newClientId(): string {
  return `1${project()}-${name()}.apps.googleusercontent.com`
}

export const newClientSecret = idMaker({ prefix: 'GOCSPX-', alphabet: 'url_safe', length: 28 })

/** 21 digits that begin with 10 or 11. */
export function newUserId(): string {
  return `1${randomFrom('01', 1)}${digits()}`
}

export const newDeviceCode = idMaker({ prefix: 'AH-1Ng', alphabet: 'url_safe', length: 90 })

const handles = maskedHandles(charactersOf('url_safe'), 43)

/** A text with a beginning by which it is known, a handle, and more that nobody reads. */
function opaque(beginning: string, more: number) {
  return {
    make: (id: number) => beginning + handles.make(id) + randomText(more),
    keyOf(text: string): number | undefined {
      const rest = text.startsWith(beginning) ? text.slice(beginning.length) : ''
      return rest.length === 43 + more ? handles.key(rest.slice(0, 43)) : undefined
    },
  }
}

/** A service account's. */
const machineTokens = opaque('ya29.c.c0A', 150)
const userTokens = opaque('ya29.a0A', 150)

export const accessTokens: TokenFormat = {
  make: ({ id, user }) => (user === undefined ? machineTokens : userTokens).make(id),
  keyOf: (token) => userTokens.keyOf(token) ?? machineTokens.keyOf(token),
}

const refreshHandles = opaque('1//0g', 55)

export const refreshTokens: TokenFormat = { make: ({ id }) => refreshHandles.make(id), keyOf: refreshHandles.keyOf }

export const codes: CodeFormat = opaque('4/0A', 26)

/** Whether a code is of the vendor's form, whoever's it is. */
export function isWellFormed(code: string): boolean {
  return /^4\/0A[\w-]{60,80}$/.test(code)
}
