/**
 * JSON in which `{name}` stands for a value. A text that is one placeholder and nothing else becomes the value itself, a number
 * a number; within a longer text it becomes text. A member whose value there is not is left out. `{name|text}` and other
 * {@link filters} change the value. A member `*` stands for all members of its value that the template does not name.
 */
export type Template = string | number | boolean | null | readonly Template[] | { readonly [member: string]: Template }

/** What a template's names stand for; a dot in a name leads into a value. */
export type Values = Readonly<Record<string, unknown>>

/** A template, ready to be filled. */
export type Filled = (values: Values) => unknown

const filters: Readonly<Record<string, (value: unknown) => unknown>> = {
  text: (value) => asText(value),
  number: (value) => Number(value),
  json: (value) => JSON.stringify(value),
  upper: (value) => asText(value).toUpperCase(),
  lower: (value) => asText(value).toLowerCase(),
  list: (value) => words(value),
  commas: (value) => words(value).join(','),
  iso: (value) => new Date(Number(value) * 1000).toISOString(),
  milliseconds: (value) => Number(value) * 1000,
  or_null: (value) => value,
}

/** The names of the filters. */
export const filterNames: readonly string[] = Object.keys(filters)

const placeholder = /\{([A-Za-z_]\w*(?:\.[\w:-]+)*)(?:\|(\w+))?\}/g
const alone = new RegExp(`^${placeholder.source}$`)

/** Something that a template asks for and there is not. */
export interface TemplateProblem {
  /** Where in the template. */
  path: (string | number)[]
  message: string
}

/** Every name in a template that is not among `known`, and every filter that there is not. */
export function templateProblems(template: Template, known: readonly string[], path: (string | number)[] = []): TemplateProblem[] {
  if (typeof template === 'string') {
    return [...template.matchAll(placeholder)].flatMap(([whole, name = '', filter]) => [
      ...(known.includes(name.split('.')[0] ?? '')
        ? []
        : [{ path, message: `expected a value that there is, one of ${known.map((one) => `{${one}}`).join(', ')}, got ${whole}` }]),
      ...(filter === undefined || filterNames.includes(filter)
        ? []
        : [{ path, message: `expected one of the filters ${filterNames.join(', ')}, got ${whole}` }]),
    ])
  }
  if (Array.isArray(template)) return template.flatMap((one, index) => templateProblems(one, known, [...path, index]))
  if (typeof template !== 'object' || template === null) return []
  return Object.entries(template).flatMap(([member, one]) => templateProblems(one, known, [...path, member]))
}

/** Makes a function of a template, so that filling it reads no text again. */
export function compile(template: Template): Filled {
  if (typeof template === 'string') return compileText(template)
  if (typeof template !== 'object' || template === null) return () => template
  if (Array.isArray(template)) {
    const parts = template.map(compile)
    return (values) => parts.map((part) => part(values)).filter((part) => part !== undefined)
  }
  const members = Object.entries(template).map(([name, value]) => [name, compile(value)] as const)
  return (values) => {
    const filled: Record<string, unknown> = {}
    for (const [name, part] of members) {
      const value = part(values)
      if (name === '*') addOthers(filled, value, template)
      else if (value !== undefined) filled[name] = value
    }
    return filled
  }
}

function addOthers(filled: Record<string, unknown>, value: unknown, named: object): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, one] of Object.entries(value)) if (one !== undefined && !Object.hasOwn(named, name)) filled[name] = one
}

/** A compiled template that gives an object. */
export function compileMembers(template: { readonly [member: string]: Template }): (values: Values) => Record<string, unknown> {
  return compile(template) as (values: Values) => Record<string, unknown>
}

function compileText(text: string): Filled {
  const [, name, filter] = alone.exec(text) ?? []
  if (name !== undefined) return reader(name, filter)
  const parts: (string | Filled)[] = []
  let end = 0
  for (const match of text.matchAll(placeholder)) {
    if (match.index > end) parts.push(text.slice(end, match.index))
    parts.push(reader(match[1] ?? '', match[2]))
    end = match.index + match[0].length
  }
  if (parts.length === 0) return () => text
  if (end < text.length) parts.push(text.slice(end))
  return (values) => parts.map((part) => (typeof part === 'string' ? part : asText(part(values)))).join('')
}

function reader(name: string, filter: string | undefined): Filled {
  const steps = name.split('.')
  const change = filter === undefined ? undefined : filters[filter]
  return (values) => {
    let value: unknown = values
    for (const step of steps) {
      if (typeof value !== 'object' || value === null) return filter === 'or_null' ? null : undefined
      value = (value as Values)[step]
    }
    if (value === undefined) return filter === 'or_null' ? null : undefined
    return change === undefined ? value : change(value)
  }
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function words(value: unknown): string[] {
  return Array.isArray(value)
    ? value.map(asText)
    : asText(value)
        .split(' ')
        .filter((word) => word !== '')
}
