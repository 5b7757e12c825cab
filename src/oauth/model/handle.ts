import { randomDigit, randomText } from '../../basics/random.ts'

/**
 * The text by which codes and tokens carry the key of their row, so that a lookup is by integer: `<id>.<secret>`, the id in
 * base 36. What is believed is never the handle but the digest of the whole string that carries it.
 */
export function makeHandle(id: number): string {
  return `${id.toString(36)}.${randomText(32)}`
}

/** The row's key in a handle; undefined when the text is no handle. */
export function handleKey(handle: string): number | undefined {
  const match = /^([0-9a-z]{1,10})\.[\w-]{32}$/.exec(handle)
  return match?.[1] === undefined ? undefined : Number.parseInt(match[1], 36)
}

/** Handles of a fixed length and alphabet. */
export interface HandleFormat {
  make(id: number): string
  /** The row's key in such a handle; undefined when the text is none. */
  key(handle: string): number | undefined
}

/** Ids below this fit into every handle. */
const idLimit = 2 ** 40

/** How many characters of an alphabet an id takes. */
function idDigits(base: number): number {
  let digits = 1
  for (let reach = base; reach < idLimit; reach *= base) digits++
  return digits
}

/** How long a masked handle of an alphabet must be, so that 64 bits of it cannot be guessed. */
export function shortestHandle(alphabet: string): number {
  return idDigits(alphabet.length) + Math.max(idDigits(alphabet.length), Math.ceil(64 / Math.log2(alphabet.length)))
}

/**
 * Handles in which nothing tells the id from chance, for vendors whose tokens are `length` characters of `alphabet` and no
 * more: the id's digits stand first, each moved by a random digit from the end.
 */
export function maskedHandles(alphabet: string, length: number): HandleFormat {
  const base = alphabet.length
  const digits = idDigits(base)
  const values = new Map([...alphabet].map((character, value) => [character, value]))
  return {
    make(id) {
      const random = Array.from({ length: length - digits }, () => randomDigit(base))
      const masked: number[] = []
      let rest = id
      for (let at = 0; at < digits; at++) {
        masked.push(((rest % base) + (random[random.length - 1 - at] ?? 0)) % base)
        rest = Math.floor(rest / base)
      }
      return [...masked, ...random].map((value) => alphabet[value]).join('')
    },
    key(handle) {
      if (handle.length !== length) return undefined
      let id = 0
      for (let at = digits - 1; at >= 0; at--) {
        const masked = values.get(handle[at] ?? '')
        const mask = values.get(handle[length - 1 - at] ?? '')
        if (masked === undefined || mask === undefined) return undefined
        id = id * base + ((masked - mask + base) % base)
      }
      return id
    },
  }
}
