/**
 * Whether a text is as a pattern says, in which `*` stands for characters: each piece is looked for where it first comes, which
 * leaves most for those to come.
 * @param least how many characters a `*` stands for at least
 */
export function fitsGlob(pattern: string, text: string, least: 0 | 1 = 0): boolean {
  const [first = '', ...rest] = pattern.split(/\*+/)
  const last = rest.pop()
  if (last === undefined) return text === pattern
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const piece of rest) {
    const found = text.indexOf(piece, at + least)
    if (found === -1) return false
    at = found + piece.length
  }
  return text.length - last.length >= at + least && text.endsWith(last)
}
