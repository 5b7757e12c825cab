import { ImportError } from '../../providers/data/import.ts'
import { parseDuration } from '../../sandbox/duration.ts'

/** A value as a mapping of names; undefined when it is none. */
export function mapping(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
}

/** Whether a document is a mapping that has one of these names. */
export function hasOne(document: unknown, names: readonly string[]): boolean {
  const members = mapping(document)
  return members !== undefined && names.some((name) => Object.hasOwn(members, name))
}

/**
 * A mapping in somebody's document, read member by member. Each must be what it is taken for, and what nobody took is told at the
 * end ({@link rest}), so that nothing gets lost in silence.
 */
export class Members {
  /** Where it stands: `staticClients[0]`; empty for the document itself. */
  readonly at: string
  readonly #members: Readonly<Record<string, unknown>>
  readonly #left: string[]
  readonly #fold: (name: string) => string
  readonly #taken = new Set<string>()

  /**
   * @param left where that is told which cannot be taken over
   * @param fold brings names to the spelling in which they are asked for, where a format takes several
   * @throws ImportError when it is no mapping
   */
  constructor(value: unknown, at: string, left: string[], fold = (name: string) => name) {
    const members = mapping(value)
    if (members === undefined) throw new ImportError(`${at === '' ? 'the document' : at}: expected names with values, got ${shown(value)}`)
    this.#members = Object.fromEntries(Object.entries(members).map(([name, one]) => [fold(name), one]))
    this.at = at
    this.#left = left
    this.#fold = fold
  }

  /** Where a member stands. */
  place(name: string): string {
    return this.at === '' ? name : `${this.at}.${name}`
  }

  has(name: string): boolean {
    return this.#members[name] !== undefined && this.#members[name] !== null
  }

  /** A member of any kind; null is as good as absent. */
  any(name: string): unknown {
    this.#taken.add(name)
    return this.#members[name] ?? undefined
  }

  text(name: string): string | undefined {
    const value = this.any(name)
    // YAML has numbers where nobody wrote quotes.
    return typeof value === 'number' ? String(value) : this.#typed<string>(name, value, 'string', 'a text')
  }

  flag(name: string): boolean | undefined {
    return this.#typed<boolean>(name, this.any(name), 'boolean', 'true or false')
  }

  /** A duration, `"24h"` or `"1h30m"` or a number of seconds, in seconds. */
  seconds(name: string): number | undefined {
    const value = this.any(name)
    if (value === undefined) return undefined
    const parts = typeof value === 'string' ? (value.match(/-?[\d.]+[a-z]*/g) ?? ['']) : [Number(value)]
    const milliseconds = parts.map((part) => parseDuration(part) ?? Number.NaN).reduce((sum, part) => sum + part, 0)
    if (milliseconds >= 0) return Math.round(milliseconds / 1000)
    throw new ImportError(`${this.place(name)}: expected a duration such as "24h", or seconds, got ${shown(value)}`)
  }

  list(name: string): readonly unknown[] {
    const value = this.any(name) ?? []
    if (!Array.isArray(value)) throw new ImportError(`${this.place(name)}: expected a list, got ${shown(value)}`)
    return value
  }

  texts(name: string): string[] {
    return this.list(name).map((one, index) => {
      if (typeof one === 'string' || typeof one === 'number') return String(one)
      throw new ImportError(`${this.place(name)}[${index}]: expected a text, got ${shown(one)}`)
    })
  }

  each(name: string): Members[] {
    return this.list(name).map((one, index) => new Members(one, `${this.place(name)}[${index}]`, this.#left, this.#fold))
  }

  inner(name: string): Members | undefined {
    const value = this.any(name)
    return value === undefined ? undefined : new Members(value, this.place(name), this.#left, this.#fold)
  }

  /** @throws ImportError when the text is absent */
  required(name: string): string {
    const value = this.text(name)
    if (value !== undefined && value !== '') return value
    throw new ImportError(`${this.place(name)}: expected a text, got nothing`)
  }

  /** Tells that a member cannot be taken over. @param why with what to do instead behind it */
  leave(name: string, why: string): void {
    if (this.any(name) !== undefined) this.tell(why, name)
  }

  /** Tells something of this mapping, or of one of its members. */
  tell(why: string, name?: string): void {
    this.#left.push(`${name === undefined ? this.at : this.place(name)}: ${why}`)
  }

  /** Tells of each member that nobody took. */
  rest(why = 'has no counterpart here'): void {
    for (const name of Object.keys(this.#members)) if (!this.#taken.has(name) && this.has(name)) this.tell(why, name)
  }

  #typed<T>(name: string, value: unknown, type: 'string' | 'boolean', expected: string): T | undefined {
    if (value === undefined) return undefined
    // The type says what was compared.
    if (typeof value === type) return value as T
    throw new ImportError(`${this.place(name)}: expected ${expected}, got ${shown(value)}`)
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
