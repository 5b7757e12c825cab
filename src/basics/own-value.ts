/** What a table has under a name that came from outside; undefined for `constructor` and whatever else every object has. */
export function ownValue<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
