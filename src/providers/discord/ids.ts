import { randomInt } from 'node:crypto'
import { digest } from '../../basics/random.ts'
import { idMaker } from '../data/alphabet.ts'

/** The vendor counts time from 2015 on; ids have milliseconds of some of the years since, and 22 bits by chance. */
const [epoch, since, years] = [Date.UTC(2015, 0), Date.UTC(2017, 0), 7 * 365 * 24 * 3_600_000] as const

function snowflake(time: number, rest: number): string {
  return ((BigInt(time - epoch) << 22n) | BigInt(rest)).toString()
}

/** An id of 18 or 19 digits with a time in it. */
export function newSnowflake(): string {
  return snowflake(since + randomInt(years), randomInt(2 ** 22))
}

export const newClientSecret = idMaker({ alphabet: 'url_safe', length: 32 })

/** An id that follows from others, and is the same each time. */
export function snowflakeOf(...parts: readonly string[]): string {
  const bytes = digest(parts.join(' '))
  return snowflake(since + (bytes.readUIntBE(0, 6) % years), bytes.readUIntBE(6, 2))
}

/** The hash of a picture, by which its address is known. */
export function pictureHash(id: string): string {
  return digest(`picture ${id}`).toString('hex').slice(0, 32)
}

/** The token of an app's bot: its id, what stands for a time, and a secret. */
export function botToken(client_id: string, secret: string): string {
  const made = Buffer.concat(['bot', 'key'].map((part) => digest(`${part} ${client_id} ${secret}`)))
  return `${Buffer.from(client_id).toString('base64url')}.GboxBT.${made.toString('base64url').slice(0, 38)}`
}
