import { ownValue } from '../../basics/own-value.ts'

/** An attribute type and its value; the attributes of one relative name are sorted, for their order means nothing. */
type RelativeName = readonly string[]

/** Other ways to write the types that certificates use (RFC 4519, RFC 5280 appendix A). */
const types: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  COMMONNAME: 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  S: 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.97': 'ORGANIZATIONIDENTIFIER',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'EMAILADDRESS',
  E: 'EMAILADDRESS',
  EMAIL: 'EMAILADDRESS',
}

/** The text of a distinguished name (RFC 4514 §2) of a certificate's, which node:crypto writes a line for each relative name, outermost first. */
export function nameOfSubject(subject: string): string {
  return subject
    .split('\n')
    .filter((line) => line !== '')
    .reverse()
    .join(',')
}

/** Whether two texts are the same distinguished name: attribute types and values in any letter case, blanks counted once (RFC 4518 §2.6.1). */
export function sameName(a: string, b: string): boolean {
  const [one, other] = [parseName(a), parseName(b)]
  return one.length === other.length && one.every((relative, index) => relative.join('+') === other[index]?.join('+'))
}

/** RFC 4514 §3. */
function parseName(text: string): RelativeName[] {
  return split(text, ',').map((relative) => split(relative, '+').map(normalAttribute).sort())
}

/** Splits at a separator that is neither escaped nor between quotation marks (as RFC 2253 §4 still had them). */
function split(text: string, separator: string): string[] {
  const parts: string[] = ['']
  let quoted = false
  for (const [token] of text.matchAll(/\\[0-9a-f]{2}|\\.|./gis)) {
    if (token === '"') quoted = !quoted
    if (token === separator && !quoted) parts.push('')
    else parts[parts.length - 1] += token
  }
  return parts
}

function normalAttribute(text: string): string {
  const equals = text.indexOf('=')
  const type = text
    .slice(0, equals)
    .trim()
    .toUpperCase()
    .replace(/^OID\./, '')
  const value = plain(text.slice(equals + 1).trim())
  return `${ownValue(types, type) ?? type}=${JSON.stringify(value.trim().replace(/\s+/g, ' ').toLowerCase())}`
}

/** `\2C` and `\,` mean the character itself; the octets are UTF-8. */
function plain(value: string): string {
  const text = /^".*"$/s.test(value) ? value.slice(1, -1) : value
  return text
    .replace(/(?:\\[0-9a-f]{2})+/gi, (octets) => Buffer.from(octets.replaceAll('\\', ''), 'hex').toString())
    .replace(/\\(.)/gs, '$1')
}
