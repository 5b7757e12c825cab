import type { Parameters } from '../model/parameters.ts'
import { type Context, noteTo, type Realm } from './context.ts'

/** What had no effect is told by name, as long as that can be read. */
const shownNames = 20
const shownCharacters = 40

/** Names that a client chose, as a sentence shows them. */
export function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, shownNames)
    .map((name) => (name.length <= shownCharacters ? name || "''" : `${name.slice(0, shownCharacters)}…`))
  return names.length > shownNames ? `${shown.join(', ')} and ${names.length - shownNames} more` : shown.join(', ')
}

/**
 * Notes the parameters that nothing reads, tokens that tell of them included: they are ignored (RFC 6749 §3.1 and §3.2).
 * @param read the names of those that have an effect
 * @param where completes "without effect …"
 */
export function noteUnread(parameters: Parameters, read: readonly (readonly string[])[], where: string, context: Context): void {
  const { tokens, requests } = context.realm
  const all = [...read, tokens.parameters ?? [], requests?.reads ?? []]
  const unread = Object.keys(parameters).filter((name) => !all.some((names) => names.includes(name)))
  if (unread.length === 0) return
  const names = unread.map((name) => wireName(name, context.realm))
  noteTo(context, `The request has ${listed(names)}: without effect ${where}`)
}

/** A form under the vendor's names. */
export function onTheWire(form: Readonly<Record<string, string>>, realm: Pick<Realm, 'requests'>): Record<string, string> {
  return Object.fromEntries(Object.entries(form).map(([name, value]) => [wireName(name, realm), value]))
}

/** The vendor's name of what we call otherwise. */
export function wireName(name: string, { requests }: Pick<Realm, 'requests'>): string {
  const renamed = Object.entries(requests?.parameters ?? {}).find(([, ours]) => ours === name)
  return renamed?.[0] ?? name
}
