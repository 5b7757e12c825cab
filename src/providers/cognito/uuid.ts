import { createHash } from 'node:crypto'
import { type HandleFormat, maskedHandles } from '../../oauth/model/handle.ts'

const digits = maskedHandles('0123456789abcdef', 30)

/** Handles that look like random UUIDs (RFC 9562 §5.4). */
export const uuidHandles: HandleFormat = {
  make: (id) => uuidOf(digits.make(id)),
  key(uuid) {
    const match = /^([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-[89ab]([0-9a-f]{3})-([0-9a-f]{12})$/.exec(uuid)
    return match === null ? undefined : digits.key(match.slice(1).join(''))
  },
}

/** Always the same UUID for the same text. */
export function derivedUuid(text: string): string {
  return uuidOf(createHash('sha256').update(text).digest('hex').slice(0, 30))
}

/** A UUID of 30 hexadecimal digits: version and variant come to them. */
function uuidOf(hex: string): string {
  const variant = '89ab'[Number.parseInt(hex[0] ?? '0', 16) % 4]
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(12, 15)}`, `${variant}${hex.slice(15, 18)}`, hex.slice(18)].join('-')
}
