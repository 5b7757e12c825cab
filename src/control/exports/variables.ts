import type { CollectionVariable, RequestCollection } from '../../providers/collection.ts'

/** A variable as the requests name it: `{{accessToken}}`. */
export function variable(holds: CollectionVariable['holds'], { name, variables }: RequestCollection): string {
  const found = variables.find((candidate) => candidate.holds === holds)
  if (found === undefined) throw new TypeError(`${name}: no variable holds ${holds}`)
  return `{{${found.name}}}`
}

/** What the variables of a collection begin with, by their names. */
export function valuesOf(
  { variables, defaults }: RequestCollection,
  held: Readonly<Partial<Record<CollectionVariable['holds'], string>>>,
): Record<string, string> {
  return { ...Object.fromEntries(variables.map(({ name, holds }) => [name, held[holds] ?? ''])), ...defaults }
}
