/** The least number of places that the vendor's tables have. */
const leastSize = 16

/** Names in the order in which the vendor's hash tables list them: by their place, and at the same place as they came. */
export function inHashOrder(names: readonly string[]): string[] {
  let size = leastSize
  while (names.length > size * 0.75) size *= 2
  const place = (name: string) => spread(hash(name)) & (size - 1)
  return names.toSorted((one, other) => place(one) - place(other))
}

/** Of a text, as its language counts it: 32 bits. */
function hash(text: string): number {
  let sum = 0
  for (let at = 0; at < text.length; at++) sum = (Math.imul(31, sum) + text.charCodeAt(at)) | 0
  return sum
}

const spread = (hash: number) => hash ^ (hash >>> 16)
