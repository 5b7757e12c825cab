import { ownValue } from '../basics/own-value.ts'
import { OAuthError } from '../oauth/model/errors.ts'
import type { Settings } from '../oauth/model/settings.ts'
import type { Space } from '../oauth/model/space.ts'
import type { OwnSpaces } from './own-spaces.ts'
import type { Provider } from './provider.ts'

type Spaced = Pick<Provider, 'spaces' | 'own_spaces' | 'paths' | 'issuer_path' | 'editions' | 'routes' | 'discovery_path'>

const part = /\{(\w+)\}/g

/** The space that a path below the base URL chooses, and for the rest the default one; undefined for a vendor without any. */
export function spaceAt(provider: Spaced, url = ''): Space | undefined {
  const { spaces } = provider
  if (spaces === undefined) return undefined
  const [path = '', query] = url.split('?')
  const { edition, groups } = matchOf(provider, path)
  const parameters = new URLSearchParams(query)
  const asked = Object.fromEntries(
    Object.entries(spaces).map(([name, names]) => {
      const inQuery = names.query === undefined ? null : parameters.get(names.query)
      return [name, decoded(groups && ownValue(groups, name)) ?? inQuery ?? names.default]
    }),
  )
  const resolved = Object.entries(asked).map(([name, value]) => {
    const { aliases = {}, resolve } = spaces[name] ?? {}
    return [name, ownValue(aliases, value) ?? resolve?.(value) ?? value]
  })
  return { asked, path: Object.fromEntries(resolved), edition, chosen: groups !== undefined }
}

/** The name of the space with a world of its own; empty where the vendor has none. */
export function ownSpaceOf(space: Space | undefined, { own_spaces }: Pick<Provider, 'own_spaces'>): string {
  return own_spaces === undefined ? '' : (space?.path[own_spaces.part] ?? '')
}

/** The default space, but for the part that is a world of its own. */
export function spaceNamed(name: string, provider: Spaced): Space | undefined {
  const space = spaceAt(provider)
  if (space === undefined || provider.own_spaces === undefined) return space
  const own = { [provider.own_spaces.part]: name }
  return { ...space, asked: { ...space.asked, ...own }, path: { ...space.path, ...own } }
}

/** @throws OAuthError `not_found` when there is no such space: none that is known, and no world of that name */
export function checkSpace(
  space: Space,
  { provider, settings, spaces: there }: { provider: Pick<Provider, 'spaces' | 'own_spaces'>; settings: Settings; spaces: OwnSpaces },
): void {
  const { spaces = {}, own_spaces } = provider
  for (const [name, value] of Object.entries(space.path)) {
    const { only, aliases = {}, known, default: usual } = spaces[name] ?? { default: '' }
    const isOwn = name === own_spaces?.part
    // A path that chooses none is that of the sandbox as a whole.
    if (isOwn && (space.chosen !== true || there.find(value) !== undefined)) continue
    if (known?.(space.asked[name] ?? '', settings) ?? (isOwn ? false : (only?.includes(value) ?? true))) continue
    const own = isOwn ? there.list().map((one) => one.space) : undefined
    const all = [...(own ?? only ?? [usual]), ...Object.keys(aliases)].join(', ')
    const explanation = `${name} '${space.asked[name]}' came; there are: ${all}`
    throw new OAuthError('space_unknown', `There is no ${name} '${space.asked[name]}'`, explanation).naming({
      [name]: space.asked[name] ?? value,
    })
  }
}

/** A path in a space, as whoever asked wrote it. */
export function pathIn<T extends string | undefined>(space: Space | undefined, path: T): T {
  return (
    space === undefined || path === undefined ? path : path.replace(part, (whole, name) => encoded(ownValue(space.asked, name)) ?? whole)
  ) as T
}

/** A provider's paths in the version that was asked, as they are written: with `{name}` for what chooses a space. */
export function pathPatterns(provider: Spaced, space: Space | undefined): Provider['paths'] {
  return { ...provider.paths, ...provider.editions?.[space?.edition ?? '']?.paths }
}

/** A provider's paths in a space, the default one when none is given. */
export function pathsIn(provider: Spaced, space = spaceAt(provider)): Provider['paths'] {
  if (space === undefined) return provider.paths
  const filled = Object.entries(pathPatterns(provider, space)).map(([name, path]) => [
    name,
    typeof path === 'string' ? pathIn(space, path) : path,
  ])
  return Object.fromEntries(filled) as Provider['paths']
}

/** A provider's paths in the space that one of its worlds is. */
export function pathsOf({ provider, space }: { provider: Spaced; space: string }): Provider['paths'] {
  return pathsIn(provider, spaceNamed(space, provider))
}

/** What an issuer says of its space: `{tenant}` or `{path.tenant}`. */
export function issuerIn(space: Space | undefined, text: string): string {
  if (space === undefined) return text
  return text.replace(/\{(?:path\.)?(\w+)\}/g, (whole, name) => encoded(ownValue(space.path, name)) ?? whole)
}

/** A path as the router knows it. */
export function routed(path: string): string {
  return path.replace(part, ':$1')
}

/** What a provider has in the version that was asked: its issuer, and which host has what. */
export function editionOf(provider: Spaced & Pick<Provider, 'hosts' | 'endpoint_hosts'>, space: Space | undefined) {
  const edition = space?.edition === undefined ? undefined : provider.editions?.[space.edition]
  const { issuer_path = '', endpoint_hosts } = edition ?? provider
  return { hosts: provider.hosts ?? [], issuer_path, endpoint_hosts: endpoint_hosts ?? provider.endpoint_hosts }
}

interface Pattern {
  edition: string | undefined
  path: string
  finds: RegExp
}

const patterns = new WeakMap<object, readonly Pattern[]>()

/** What finds the parts of a path, the longest first. */
function patternsOf(provider: Spaced): readonly Pattern[] {
  const known = patterns.get(provider.paths)
  if (known !== undefined) return known
  const all = [[undefined, provider] as const, ...Object.entries(provider.editions ?? {})].flatMap(
    ([edition, { paths, issuer_path = '', discovery_path = issuer_path }]) => {
      const { discovery = [] } = paths
      const behind = discovery.length === 0 ? [] : [`${discovery_path.replace(/\/$/, '')}/.well-known`]
      const wellKnown = discovery.map((name) => `/.well-known/${name}${discovery_path}`)
      const routes = edition === undefined ? provider.routes.map(({ path }) => upToLastPart(path)) : []
      const its = [...wellKnown, ...Object.values(paths).flat(), ...behind, ...routes]
      return [...new Set(its)]
        .filter((path) => path.includes('{') || (edition !== undefined && path.startsWith('/')))
        .map((path) => ({ edition, path }))
    },
  )
  const made = all
    .toSorted((one, other) => other.path.length - one.path.length)
    .map((one) => {
      const escaped = one.path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(part, '(?<$1>[^/]+)')
      return { ...one, finds: new RegExp(`^${escaped}(?:/|$)`, 'i') }
    })
  patterns.set(provider.paths, made)
  return made
}

/** Which version has a path, and what stands in its parts. */
function matchOf(provider: Spaced, path: string): { edition?: string | undefined; groups?: Record<string, string> | undefined } {
  for (const { edition, finds } of patternsOf(provider)) {
    const found = finds.exec(path)
    if (found !== null) return { edition, groups: found.groups }
  }
  return {}
}

/** Of the vendor's own routes, which are many, what chooses. */
function upToLastPart(path: string): string {
  return path.slice(0, path.lastIndexOf('}') + 1)
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text)
  } catch {
    return text
  }
}

function encoded(text: string | undefined): string | undefined {
  return text && encodeURIComponent(text)
}
