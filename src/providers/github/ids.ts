import { idMaker } from '../data/alphabet.ts'

/** How the vendor's ids look. */

export const newClientId = idMaker({ prefix: 'Ov23li', alphabet: 'letters_digits', length: 14 })

export const newClientSecret = idMaker({ alphabet: 'hex', length: 40 })

export const newDeviceCode = idMaker({ alphabet: 'hex', length: 40 })

/** Users and apps have numbers. */
export const newNumber = idMaker({ prefix: '1', alphabet: 'digits', length: 7 })

/** The id of an object in the vendor's newer API: its type, and MessagePack of a list that ends with its number. */
export function nodeId(type: 'U' | 'O' | 'T', id: number): string {
  const packed = Buffer.from([0x92, 0x00, 0xce, 0, 0, 0, 0])
  packed.writeUInt32BE(id % 2 ** 32, 3)
  return `${type}_${packed.toString('base64url')}`
}
