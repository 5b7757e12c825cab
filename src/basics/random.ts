import { hash, randomFillSync, timingSafeEqual } from 'node:crypto'

const lowerCase = 'abcdefghijklmnopqrstuvwxyz0123456789'

// Asking the operating system once for many ids is several times cheaper than once for each.
const pool = Buffer.alloc(4096)
let taken = pool.length

function refill(): void {
  randomFillSync(pool)
  taken = 0
}

function randomByte(): number {
  if (taken === pool.length) refill()
  const byte = pool[taken] ?? 0
  pool[taken++] = 0
  return byte
}

/** A random string of `length` characters from the URL-safe alphabet of base64, 6 bits each. */
export function randomText(length: number): string {
  const bytes = Math.ceil((length * 3) / 4)
  if (bytes > pool.length) throw new RangeError(`a random text of ${length} characters is too long`)
  if (taken + bytes > pool.length) refill()
  const text = pool.toString('base64url', taken, taken + bytes)
  pool.fill(0, taken, taken + bytes)
  taken += bytes
  return text.slice(0, length)
}

/** A random string of `length` lower-case letters and digits, as vendors' ids have. */
export function randomLowerCase(length: number): string {
  return randomFrom(lowerCase, length)
}

/** A random string of `length` characters from an alphabet of at most 256. */
export function randomFrom(characters: string, length: number): string {
  const limit = 256 - (256 % characters.length)
  let text = ''
  while (text.length < length) {
    const byte = randomByte()
    // Above the limit some characters would come more often.
    if (byte < limit) text += characters[byte % characters.length]
  }
  return text
}

/** A random whole number from 0 to `base` - 1, each as likely; `base` is 2 to 256. */
export function randomDigit(base: number): number {
  const limit = 256 - (256 % base)
  let byte = randomByte()
  while (byte >= limit) byte = randomByte()
  return byte % base
}

/** What is kept of a code or token: its SHA-256 cut to 16 bytes. */
export function digest(text: string): Buffer {
  // By way of a string, because a buffer that the hash makes lies outside of V8's heap and costs as much as the hash.
  return Buffer.from(hash('sha256', text, 'binary').slice(0, 16), 'latin1')
}

/** Compares two secrets in a time that does not tell how much of them agrees. */
export function sameSecret(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  if (left.length === right.length) return timingSafeEqual(left, right)
  // Of different lengths they differ; it takes as long as if something were compared.
  timingSafeEqual(left, left)
  return false
}
