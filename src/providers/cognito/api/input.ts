import type { Attribute } from '../attributes.ts'
import { invalidParameter } from '../errors.ts'

/** An object of JSON. */
export type Members = Readonly<Record<string, unknown>>

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The members of an operation's request, each as what it must be. */
export class Input {
  readonly members: Members

  constructor(members: Members) {
    this.members = members
  }

  text(name: string): string | undefined {
    const value = this.members[name]
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string') return value
    throw invalidParameter(`${name} must be a string`, `${name} came as ${JSON.stringify(value)}`)
  }

  /** @throws ApiError as the vendor says it of a member that is required */
  need(name: string): string {
    const value = this.text(name)
    if (value !== undefined && value !== '') return value
    const member = name.charAt(0).toLowerCase() + name.slice(1)
    const [came, rule] =
      value === undefined ? ['null', 'Member must not be null'] : ["''", 'Member must have length greater than or equal to 1']
    throw invalidParameter(`1 validation error detected: Value ${came} at '${member}' failed to satisfy constraint: ${rule}`)
  }

  number(name: string): number | undefined {
    const value = this.members[name]
    return typeof value === 'number' ? value : undefined
  }

  flag(name: string): boolean | undefined {
    const value = this.members[name]
    return typeof value === 'boolean' ? value : undefined
  }

  list(name: string): readonly unknown[] {
    const value = this.members[name]
    return Array.isArray(value) ? value : []
  }

  texts(name: string): string[] {
    return this.list(name).map(String)
  }

  /** An object; an empty one when it is absent. */
  object(name: string): Members {
    const value = this.members[name]
    return isMembers(value) ? value : {}
  }

  /** An object of texts. */
  map(name: string): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(this.object(name)).map(([key, value]) => [key, String(value)]))
  }

  /** A list of `{Name, Value}`. */
  attributes(name: string): Record<string, string> {
    const all = this.list(name).filter((one): one is Attribute => isMembers(one) && typeof one.Name === 'string')
    return Object.fromEntries(all.map(({ Name, Value }) => [Name, String(Value ?? '')]))
  }

  /** The members of these names that came. @throws ApiError of one that is of another kind */
  some(names: Kinds): Record<string, unknown> {
    const all = Object.entries(names).flatMap(([kind, ones]) => ones.map((name) => [name, kind as Kind] as const))
    const came = all.filter(([name]) => (this.members[name] ?? undefined) !== undefined)
    for (const [name, kind] of came) {
      const value = this.members[name]
      if (!isKind[kind](value)) throw invalidParameter(`${name} must be ${kind}`, `${name} came as ${JSON.stringify(value)}`)
    }
    return Object.fromEntries(came.map(([name]) => [name, this.members[name]]))
  }
}

const isKind = {
  'a string': (value: unknown) => typeof value === 'string',
  'a number': (value: unknown) => typeof value === 'number',
  'a boolean': (value: unknown) => typeof value === 'boolean',
  'an object': isMembers,
  'a list of strings': (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  'a list of objects': (value: unknown) => Array.isArray(value) && value.every(isMembers),
}
type Kind = keyof typeof isKind

/** Names of members by what they must be. */
export type Kinds = Readonly<Partial<Record<Kind, readonly string[]>>>
