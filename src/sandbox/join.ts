import type { Declared, SandboxDeclaration } from './declared.ts'

/** What a declaration of a sandbox has that comes together with that of another one. */
type Joinable = Partial<Omit<SandboxDeclaration, 'name'>>

/** Two declarations of one sandbox, the later the stronger: apps by their names, users by theirs, settings one by one. */
export function joinSandboxes<T extends Joinable>(before: T, later: T): T {
  const apps = byName([...(before.apps ?? []), ...(later.apps ?? [])], ({ name }) => name)
  const users = byName([...(before.users ?? []), ...(later.users ?? [])], ({ username }) => username)
  const keys = [...(later.keys ?? []), ...(before.keys ?? [])]
  return {
    ...before,
    ...later,
    ...(apps.length > 0 && { apps }),
    ...(users.length > 0 && { users }),
    ...(keys.length > 0 && { keys }),
    settings: joinSettings(before.settings ?? {}, later.settings ?? {}),
  }
}

/** Claims and their rules come together, too. */
function joinSettings(before: Readonly<Record<string, unknown>>, later: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const claims = [before.claims, later.claims].map((one) => (one ?? {}) as Readonly<Record<string, object>>)
  const places = [...new Set(claims.flatMap(Object.keys))]
  const rules = [later, before].flatMap(({ claims_when }) => (Array.isArray(claims_when) ? claims_when : []))
  return {
    ...before,
    ...later,
    ...(places.length > 0 && {
      claims: Object.fromEntries(places.map((place) => [place, Object.assign({}, ...claims.map((one) => one[place]))])),
    }),
    ...(rules.length > 0 && { claims_when: byName(rules, JSON.stringify) }),
  }
}

/** All that two parts of a configuration want to be there. */
export function joinDeclared(before: Declared, later: Declared): Declared {
  const sandboxes = new Map(before.sandboxes.map((one) => [one.name, one]))
  for (const one of later.sandboxes) {
    const there = sandboxes.get(one.name)
    sandboxes.set(one.name, there === undefined ? one : joinSandboxes(there, one))
  }
  const providers = byName([...before.providers, ...later.providers], ({ id }) => id)
  return { providers, sandboxes: [...sandboxes.values()], written: { ...before.written, ...later.written } }
}

/** The last of each name, in the place of the first. */
function byName<T>(all: readonly T[], nameOf: (one: T) => string): T[] {
  return [...new Map(all.map((one) => [nameOf(one), one])).values()]
}

/** All of it but for a provider and the sandboxes that speak as it. */
export function withoutProvider({ providers, sandboxes, written = {} }: Declared, name: string): Declared {
  const { [name]: _, ...others } = written
  return {
    providers: providers.filter(({ id }) => id !== name),
    sandboxes: sandboxes.filter(({ provider }) => provider !== name),
    written: others,
  }
}
