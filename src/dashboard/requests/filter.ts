import { viewEntry } from '../../control/views/journal.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { worldOf } from '../../sandbox/spaces.ts'
import type { Fields } from '../forms/fields.ts'
import type { Choice } from '../forms/form.ts'
import { isBad } from './request-row.ts'

/** How many values a field suggests. */
const suggested = 20

/** What of a request can be asked for, and whether one is what was asked. Each is a parameter of the page's address. */
const criteria = {
  endpoint: ({ endpoint }, wanted) => endpoint === wanted,
  space: ({ space }, wanted) => space === wanted,
  client: ({ client_id }, wanted) => client_id === wanted,
  user: ({ username }, wanted) => username === wanted.replace(/^@/, ''),
  status: (entry, wanted) => statusNames(entry).includes(wanted),
  // An error may also be told by a redirect.
  errors: (entry) => isBad(entry) || entry.error !== undefined,
  struck: ({ fault }) => fault !== undefined,
  q: (entry, wanted, sandbox) => textOf(entry, sandbox).includes(wanted.toLowerCase()),
} satisfies Readonly<Record<string, (entry: JournalEntry, wanted: string, sandbox: Sandbox) => boolean>>

type Criterion = keyof typeof criteria
const names = Object.keys(criteria) as Criterion[]

/** Which requests an address asks for: those that are all that it says. */
export type RequestFilter = ReturnType<typeof filterOf>

export function filterOf({ query, sandbox }: { query: Fields; sandbox: Sandbox }) {
  const asked = names.flatMap((name) => {
    const wanted = query.text(name)
    return wanted === '' ? [] : [{ name, wanted, matches: remembered((entry) => criteria[name](entry, wanted, sandbox)) }]
  })
  const matches = (entry: JournalEntry, but?: Criterion) => asked.every((one) => one.name === but || one.matches(entry))
  return {
    asked: wantedOf(asked),
    isNarrow: asked.length > 0,
    matches: (entry: JournalEntry) => matches(entry),
    /** The address's query, with more in it. */
    query: (more: Record<string, string> = {}) => new URLSearchParams({ ...wantedOf(asked), ...more }).toString(),
    /** What to choose from, each with how many requests would be left. */
    choices(all: readonly JournalEntry[]) {
      const counted = (name: Criterion, valuesOf: (entry: JournalEntry) => readonly string[]) => {
        const counts = new Map<string, number>()
        // What was chosen stays a choice, though nothing is left of it.
        const { wanted } = asked.find((one) => one.name === name) ?? {}
        if (wanted !== undefined) counts.set(wanted, 0)
        for (const entry of all) {
          if (!matches(entry, name)) continue
          for (const value of valuesOf(entry)) counts.set(value, (counts.get(value) ?? 0) + 1)
        }
        return [...counts].map(([value, count]) => ({ value, count, chosen: value === wanted }))
      }
      const some = (value: string | undefined) => (value === undefined ? [] : [value])
      const often = (of: ReturnType<typeof counted>) => of.sort((a, b) => b.count - a.count).slice(0, suggested)
      return {
        endpoints: choicesOf(counted('endpoint', ({ endpoint }) => [endpoint])),
        spaces: choicesOf(counted('space', ({ space }) => some(space))),
        statuses: choicesOf(counted('status', statusNames)),
        clients: choicesOf(often(counted('client', ({ client_id }) => some(client_id)))),
        users: choicesOf(often(counted('user', ({ username }) => some(username)))),
        errors: all.filter((entry) => matches(entry, 'errors') && criteria.errors(entry)).length,
        struck: all.filter((entry) => matches(entry, 'struck') && criteria.struck(entry)).length,
      }
    },
  }
}

/** To count the choices, each is asked for several times. */
function remembered(matches: (entry: JournalEntry) => boolean): typeof matches {
  const known = new WeakMap<JournalEntry, boolean>()
  return (entry) => {
    const answer = known.get(entry) ?? matches(entry)
    known.set(entry, answer)
    return answer
  }
}

function wantedOf(asked: readonly { name: Criterion; wanted: string }[]): Partial<Record<Criterion, string>> {
  return Object.fromEntries(asked.map(({ name, wanted }) => [name, wanted]))
}

/** `401` is also one of `4xx`; a request that got no answer has the status 0. */
function statusNames({ status }: JournalEntry): string[] {
  return status === 0 ? ['0'] : [`${Math.floor(status / 100)}xx`, String(status)]
}

function choicesOf(counted: readonly { value: string; count: number; chosen: boolean }[]): Choice[] {
  const named = (value: string) => (value === '0' ? 'no answer' : value)
  return counted
    .map(({ value, count, chosen }) => ({ value, label: `${named(value)} (${count.toLocaleString('en-US')})`, chosen }))
    .sort((a, b) => (a.value.replace('xx', '') < b.value.replace('xx', '') ? -1 : 1))
}

/** What a page shows of a request, so that nothing is found by a secret that is not shown. */
function textOf(entry: JournalEntry, sandbox: Sandbox): string {
  const view = viewEntry(entry, worldOf(entry, sandbox).settings.show_secrets, sandbox.requests)
  const { method, url, error, reason, explanation, notes, client_id, username, grant_type } = view
  const said = [method, url, error, reason, explanation, ...notes, client_id, username, grant_type]
  const carried = [view.request_headers, view.request_body, view.response_headers, view.response_body]
  const texts = carried.map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
  return [...said, ...texts].join('\n').toLowerCase()
}
