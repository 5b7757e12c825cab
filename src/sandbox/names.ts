import type { Provider } from '../providers/provider.ts'

const pattern = /^[a-z0-9][a-z0-9-]{0,62}$/
const reserved = ['dashboard', '_grantbox', '.well-known', 'mtls', '_mtls', '_stranger']

/**
 * The rule that a sandbox's name breaks; undefined when it may be one.
 * @param atRoot the provider of the default sandbox, whose paths stand where the names of sandboxes do
 */
export function nameProblem(name: string, atRoot: Provider | undefined): string | undefined {
  if (!pattern.test(name)) return 'a name has 1 to 63 characters of a-z, 0-9 and "-", and starts with a letter or digit'
  const routes = atRoot === undefined ? [] : [...Object.values(atRoot.paths).flat(), ...atRoot.routes.map((route) => route.path)]
  const taken = [...reserved, ...routes.map((path) => path.split('/')[1]?.toLowerCase())]
  return taken.includes(name) ? `"${name}" begins a path of the default sandbox or of grantbox itself` : undefined
}
