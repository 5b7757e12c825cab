/** The members that are there. */
export function given<T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const there: { [K in keyof T]?: NonNullable<T[K]> } = {}
  for (const name in members) if (members[name] !== undefined) there[name] = members[name] as NonNullable<T[typeof name]>
  return there
}
