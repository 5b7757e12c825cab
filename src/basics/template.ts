/**
 * JSON in which `{name}` stands for a value. A text that is one placeholder and nothing else becomes the value itself, a number
 * a number and an object an object; within a longer text it becomes text. A member is left out when none of its placeholders has
 * a value. `{name|text}` and other {@link filters} change the value. A member `*` stands for all members of its value that the
 * template does not name. Values are never read as templates.
 */
export type Template = string | number | boolean | null | readonly Template[] | { readonly [member: string]: Template }

/** What a template's names stand for; a dot in a name leads into a value, unless the name has the dot itself, as URLs have. */
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

const placeholder = /\{([A-Za-z_]\w*(?:\.[\w:/@.#$~+-]+)?)(?:\|(\w+))?\}/g
const alone = new RegExp(`^${placeholder.source}$`)

/** Something that a template asks for and there is not. */
export interface TemplateProblem {
  /** Where in the template. */
  path: (string | number)[]
  message: string
}

/** A placeholder and where it stands. */
interface Placeholder {
  path: (string | number)[]
  whole: string
  name: string
  filter: string | undefined
}

function placeholders(template: unknown, path: (string | number)[] = []): Placeholder[] {
  if (typeof template === 'string') {
    return [...template.matchAll(placeholder)].map(([whole, name = '', filter]) => ({ path, whole, name, filter }))
  }
  if (Array.isArray(template)) return template.flatMap((one, index) => placeholders(one, [...path, index]))
  if (typeof template !== 'object' || template === null) return []
  return Object.entries(template).flatMap(([member, one]) => placeholders(one, [...path, member]))
}

/** What a template, or whatever else has templates in it, takes from the value `of`: the names behind its first dot. */
export function namesWithin(template: unknown, of: string): string[] {
  const names = placeholders(template).flatMap(({ name }) => (name.startsWith(`${of}.`) ? [name.slice(of.length + 1)] : []))
  return [...new Set(names)]
}

/**
 * Every name in a template that is not among `known`, and every filter that there is not.
 * @param refuse tells what is expected instead of a name that may not be told
 */
export function templateProblems(
  template: Template,
  known: readonly string[],
  refuse: (name: string) => string | undefined = () => undefined,
): TemplateProblem[] {
  return placeholders(template).flatMap(({ path, whole, name, filter }) => {
    const there = known.includes(name.split('.')[0] ?? '')
    const values = `a value that there is, one of ${known.map((one) => `{${one}}`).join(', ')}`
    const expected = [
      there ? refuse(name) : values,
      filter === undefined || filterNames.includes(filter) ? undefined : `one of the filters ${filterNames.join(', ')}`,
    ]
    return expected.flatMap((what) => (what === undefined ? [] : [{ path, message: `expected ${what}, got ${whole}` }]))
  })
}

/** Whether a text is one placeholder and nothing else. */
export function isPlaceholder(text: string): boolean {
  return alone.test(text)
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
  return (values) => {
    let some = false
    const texts = parts.map((part) => {
      if (typeof part === 'string') return part
      const value = part(values)
      some ||= value !== undefined
      return asText(value)
    })
    return some ? texts.join('') : undefined
  }
}

function reader(name: string, filter: string | undefined): Filled {
  const change = filter === undefined ? undefined : filters[filter]
  return (values) => {
    const value = lookUp(values, name)
    if (value === undefined) return filter === 'or_null' ? null : undefined
    return change === undefined ? value : change(value)
  }
}

function lookUp(within: unknown, name: string): unknown {
  if (typeof within !== 'object' || within === null) return undefined
  const values = within as Values
  if (Object.hasOwn(values, name)) return values[name]
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const first = name.slice(0, dot)
    if (Object.hasOwn(values, first)) return lookUp(values[first], name.slice(dot + 1))
  }
  return undefined
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
