/** Deeper than any message is; much deeper, whoever walks it by recursion runs out of stack. */
const deepest = 500

/**
 * Parses JSON that came from outside (RFC 8259 §9 lets a parser limit the depth of nesting).
 * @throws SyntaxError when it is not JSON, or nested too deeply
 */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new SyntaxError(`it is nested deeper than ${deepest} levels`)
  return JSON.parse(text)
}

function isTooDeep(text: string): boolean {
  // Each level has a bracket and its end, and hardly any message so many of them.
  if (text.length <= 2 * deepest || !hasMany(text)) return false
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (quoted) {
      if (character === '\\') i++
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    if (depth > deepest) return true
  }
  return false
}

/** Whether there are more opening brackets than levels may be; no list of them is made. */
function hasMany(text: string): boolean {
  let count = 0
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0 && count <= deepest; at = text.indexOf(bracket, at + 1)) count++
  }
  return count > deepest
}
