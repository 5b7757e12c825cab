import type { Item } from './demo-data.ts'

type Value = string | number | boolean | null

/** Whether a record is wanted. */
export type Filter = (item: Item) => boolean

/** What is wrong with a `$filter`; its message says where. */
export class FilterError extends Error {}

const token = /\s*(?:'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?(?![\w-]))|(\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?)|([A-Za-z_]\w*)|([(),]))/y

type Token = { kind: 'string' | 'number' | 'name' | 'mark'; text: string }

/**
 * Reads a `$filter` (OData 4.01 part 2 §5.1.1): `eq ne gt ge lt le`, `and or not`, `contains startswith endswith`, brackets.
 * @param members the members that records have
 * @throws FilterError
 */
export function parseFilter(text: string, members: ReadonlySet<string>): Filter {
  const tokens = scan(text)
  let at = 0
  const filter = either()
  if (at < tokens.length) throw unexpected('an end')
  return filter

  function either(): Filter {
    let left = both()
    while (take('name', 'or') !== undefined) {
      const [a, b] = [left, both()]
      left = (item) => a(item) || b(item)
    }
    return left
  }

  function both(): Filter {
    let left = negated()
    while (take('name', 'and') !== undefined) {
      const [a, b] = [left, negated()]
      left = (item) => a(item) && b(item)
    }
    return left
  }

  function negated(): Filter {
    if (take('name', 'not') !== undefined) {
      const inner = negated()
      return (item) => !inner(item)
    }
    if (take('mark', '(') !== undefined) {
      const inner = either()
      mark(')')
      return inner
    }
    return comparison()
  }

  function comparison(): Filter {
    const name = need('name', 'a member or a function')
    const call = functions.get(name)
    if (call !== undefined) {
      mark('(')
      const member = known(need('name', 'a member'))
      mark(',')
      const part = need('string', "text in '…'")
      mark(')')
      return (item) => call(String(item[member] ?? ''), part)
    }
    const member = known(name)
    const compare = operators.get(need('name', operatorNames))
    if (compare === undefined) throw unexpected(operatorNames, 1)
    const value = literal()
    return (item) => compare(item[member] ?? null, value)
  }

  function literal(): Value {
    const next = tokens[at++]
    if (next?.kind === 'string') return next.text
    if (next?.kind === 'number') return Number(next.text)
    if (next?.kind === 'name') {
      if (next.text === 'null') return null
      if (next.text === 'true' || next.text === 'false') return next.text === 'true'
    }
    throw unexpected("a value: 'text', 12.5, true, false or null", 1)
  }

  function known(member: string): string {
    if (members.has(member)) return member
    throw new FilterError(`'${member}' is none of the members: ${[...members].join(', ')}`)
  }

  /** Goes on if the next token is of that kind, and of that text if one is given. */
  function take(kind: Token['kind'], text?: string): string | undefined {
    const next = tokens[at]
    if (next?.kind !== kind || (text !== undefined && next.text !== text)) return undefined
    at++
    return next.text
  }

  function need(kind: Token['kind'], expected: string, text?: string): string {
    const taken = take(kind, text)
    if (taken === undefined) throw unexpected(expected)
    return taken
  }

  function mark(text: string): void {
    need('mark', `'${text}'`, text)
  }

  function unexpected(expected: string, back = 0): FilterError {
    const came = tokens[at - back]
    return new FilterError(`expected ${expected}, got ${came === undefined ? 'the end' : `'${came.text}'`}`)
  }
}

function scan(text: string): Token[] {
  const tokens: Token[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.trimEnd().length) {
    const from = token.lastIndex
    const found = token.exec(text)
    if (found === null) throw new FilterError(`unexpected text at character ${from + 1}: '${text.slice(from, from + 20)}'`)
    const [, string, number, date, name, mark] = found
    if (string !== undefined) tokens.push({ kind: 'string', text: string.replaceAll("''", "'") })
    else if (date !== undefined) tokens.push({ kind: 'string', text: date })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else tokens.push({ kind: 'mark', text: mark ?? '' })
  }
  return tokens
}

/** Compared with null, only equality can hold (OData 4.01 part 2 §5.1.1.1). */
function ordered(holds: (difference: number) => boolean) {
  return (a: Value, b: Value) => a !== null && b !== null && typeof a === typeof b && holds(a < b ? -1 : a > b ? 1 : 0)
}

const operators = new Map<string, (a: Value, b: Value) => boolean>([
  ['eq', (a, b) => a === b],
  ['ne', (a, b) => a !== b],
  ['gt', ordered((difference) => difference > 0)],
  ['ge', ordered((difference) => difference >= 0)],
  ['lt', ordered((difference) => difference < 0)],
  ['le', ordered((difference) => difference <= 0)],
])
const operatorNames = `one of ${[...operators.keys()].join(', ')}`

const functions = new Map<string, (text: string, part: string) => boolean>([
  ['contains', (text, part) => text.includes(part)],
  ['startswith', (text, part) => text.startsWith(part)],
  ['endswith', (text, part) => text.endsWith(part)],
])
