import { createHash, randomUUID } from 'node:crypto'
import { randomFrom, randomText } from '../../basics/random.ts'
import { type HandleFormat, maskedHandles } from '../../oauth/model/handle.ts'

const masked = maskedHandles('0123456789abcdef', 32)
const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function dashed(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** What stands in `jti` and in codes: the vendor's own have no version in them either. */
export const uuidHandles: HandleFormat = {
  make: (id) => dashed(masked.make(id)),
  key: (uuid) => (uuidPattern.test(uuid) ? masked.key(uuid.replaceAll('-', '')) : undefined),
}

/** A new UUID (RFC 9562 §5.4). */
export const newUuid = (): string => randomUUID()

/** The UUID of what is there from the beginning: always the same for the same words. */
export function uuidOf(...words: string[]): string {
  const hex = createHash('sha256').update(words.join('\n')).digest('hex')
  return dashed(`${hex.slice(0, 12)}4${hex.slice(13, 16)}8${hex.slice(17, 32)}`)
}

/** 24 characters of base64url. */
export const newSessionId = (): string => randomText(24)

/** 86 letters and digits. */
export const newSecret = (): string => randomFrom('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 86)
