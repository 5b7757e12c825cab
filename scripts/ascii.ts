const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * A script with an escape for every character beyond ASCII, which is half the size in memory and need not be decoded. It means the
 * same but in comments, and where a template is asked for its raw text.
 * @param mappings of its source map: columns move with the characters before them
 */
export function asAscii(code: string, mappings: string): { code: string; mappings: string } {
  const lines = code.split('\n')
  const moved = mappings.split(';').map((line, index) => move(line, lines[index] ?? ''))
  return { code: code.replace(/[^\0-\x7f]/g, escaped), mappings: moved.join(';') }
}

/** `\u` and four digits: five columns more than the character. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
const grows = 5

/** The mappings of a line. Of each the first number is a column, counted from that of the mapping before it (ECMA-426 §5). */
function move(mappings: string, text: string): string {
  const grown = [...text.matchAll(/[^\0-\x7f]/g)].map(({ index }) => index)
  if (grown.length === 0) return mappings
  let [column, passed] = [0, 0]
  return mappings
    .split(',')
    .map((mapping) => {
      const [delta, rest] = readNumber(mapping)
      column += delta
      const before = passed
      while ((grown[passed] ?? Number.POSITIVE_INFINITY) < column) passed++
      return writeNumber(delta + (passed - before) * grows) + rest
    })
    .join(',')
}

/** A number in base 64, five bits at a time from the lowest on, whose lowest is the sign; and what follows it. */
function readNumber(text: string): [number, string] {
  let [bits, length] = [0, 0]
  for (const digit of text) {
    const value = alphabet.indexOf(digit)
    bits += (value & 31) * 32 ** length++
    if (value < 32) break
  }
  return [bits % 2 === 1 ? -Math.floor(bits / 2) : bits / 2, text.slice(length)]
}

function writeNumber(number: number): string {
  let bits = number < 0 ? -number * 2 + 1 : number * 2
  let text = ''
  do {
    const [low, high] = [bits % 32, Math.floor(bits / 32)]
    text += alphabet[high > 0 ? low + 32 : low]
    bits = high
  } while (bits > 0)
  return text
}
