import { randomText } from './random.ts'

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
