/** JSON that somebody sent, member by member: what is of another type counts as absent. */
export type Members = Readonly<Record<string, unknown>>

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : undefined
}

export function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined
}

/** An object's members; none of what is no object. */
export function members(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}
}

/** The objects of a list. */
export function list(value: unknown): Members[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null).map(members) : []
}

/** Texts by name; a null takes one away. */
export function textsByName(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members(value)).flatMap(([name, one]) => (one === null || typeof one === 'object' ? [] : [[name, String(one)]])),
  )
}

/** Lists of texts by name: `{ department: ["sales"] }`. */
export function listsByName(value: unknown): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(members(value)).flatMap(([name, one]) => {
      const all = [one].flat().filter((value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return all.length === 0 ? [] : [[name, all.map(String)]]
    }),
  )
}
