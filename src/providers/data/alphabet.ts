import { randomDigit } from '../../basics/random.ts'
import type { IdDeclaration } from './declaration.ts'

const digits = '0123456789'
const lower = 'abcdefghijklmnopqrstuvwxyz'

/** The alphabets that have a name. */
export const alphabets: Readonly<Record<string, string>> = {
  digits,
  hex: `${digits}abcdef`,
  lower: `${lower}${digits}`,
  letters_digits: `${lower.toUpperCase()}${lower}${digits}`,
  url_safe: `${lower.toUpperCase()}${lower}${digits}-_`,
}

/** The characters of an alphabet: of a named one, or those that it consists of. */
export function charactersOf(alphabet = 'url_safe'): string {
  return alphabets[alphabet] ?? alphabet
}

/** A maker of ids. */
export function idMaker({ prefix = '', alphabet, length }: IdDeclaration): () => string {
  const characters = charactersOf(alphabet)
  return () => prefix + Array.from({ length }, () => characters[randomDigit(characters.length)]).join('')
}
