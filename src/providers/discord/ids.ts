import { digest } from '../../basics/random.ts'
import { idMaker } from '../data/alphabet.ts'

/** An id of 18 digits, in which the vendor has a time. */
export const newSnowflake = idMaker({ prefix: '1', alphabet: 'digits', length: 17 })

export const newClientSecret = idMaker({ alphabet: 'url_safe', length: 32 })

/** An id that follows from others, and is the same each time. */
export function snowflakeOf(...parts: readonly string[]): string {
  return `1${String(digest(parts.join(' ')).readUIntBE(0, 6))
    .padStart(17, '0')
    .slice(-17)}`
}

/** The hash of a picture, by which its address is known. */
export function pictureHash(id: string): string {
  return digest(`picture ${id}`).toString('hex').slice(0, 32)
}

/** The token of an app's bot: its id, a time and a secret. */
export function botToken(client_id: string, secret: string): string {
  const [id, time] = [client_id, 'grant'].map((part) => Buffer.from(part).toString('base64url'))
  return `${id}.${time?.slice(0, 6)}.${digest(`bot ${client_id} ${secret}`).toString('base64url').slice(0, 38)}`
}
