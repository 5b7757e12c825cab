import { ownValue } from '../basics/own-value.ts'
import { OAuthError } from '../oauth/model/errors.ts'
import type { Space } from '../oauth/model/space.ts'
import type { Provider } from './provider.ts'

type Spaced = Pick<Provider, 'spaces' | 'paths' | 'issuer_path' | 'routes'>

const part = /\{(\w+)\}/g

/** The space that a path below the base URL chooses, and for the rest the default one; undefined for a vendor without any. */
export function spaceAt(provider: Spaced, url = ''): Space | undefined {
  const { spaces } = provider
  if (spaces === undefined) return undefined
  const [path = ''] = url.split('?')
  const chosen = patternsOf(provider).reduce<RegExpExecArray | null>((found, pattern) => found ?? pattern.exec(path), null)?.groups
  const asked = Object.fromEntries(
    Object.entries(spaces).map(([name, names]) => [name, decoded(chosen && ownValue(chosen, name)) ?? names.default]),
  )
  const resolved = Object.entries(asked).map(([name, value]) => [name, ownValue(spaces[name]?.aliases ?? {}, value) ?? value])
  return { asked, path: Object.fromEntries(resolved) }
}

/** @throws OAuthError `not_found` when there is no such space */
export function checkSpace(space: Space, { spaces = {} }: Pick<Provider, 'spaces'>): void {
  for (const [name, value] of Object.entries(space.path)) {
    const { only, aliases = {} } = spaces[name] ?? {}
    if (only === undefined || only.includes(value)) continue
    const known = [...only, ...Object.keys(aliases)].join(', ')
    const explanation = `${name} '${space.asked[name]}' came; there are: ${known}`
    throw new OAuthError('space_unknown', `There is no ${name} '${space.asked[name]}'`, explanation).naming({ [name]: value })
  }
}

/** A path in a space, as whoever asked wrote it. */
export function pathIn<T extends string | undefined>(space: Space | undefined, path: T): T {
  return (
    space === undefined || path === undefined ? path : path.replace(part, (whole, name) => encoded(ownValue(space.asked, name)) ?? whole)
  ) as T
}

/** A provider's paths in a space, the default one when none is given. */
export function pathsIn(provider: Spaced, space = spaceAt(provider)): Provider['paths'] {
  if (space === undefined) return provider.paths
  const filled = Object.entries(provider.paths).map(([name, path]) => [name, typeof path === 'string' ? pathIn(space, path) : path])
  return Object.fromEntries(filled) as Provider['paths']
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

const patterns = new WeakMap<object, readonly RegExp[]>()

/** What finds the parts of a path, the longest first. */
function patternsOf({ paths, issuer_path = '' }: Spaced): readonly RegExp[] {
  const known = patterns.get(paths)
  if (known !== undefined) return known
  const wellKnown = (paths.discovery ?? []).map((name) => `/.well-known/${name}${issuer_path}`)
  const all = [...wellKnown, ...Object.values(paths).flat(), `${issuer_path}/.well-known`].filter((path) => path.includes('{'))
  const made = all
    .toSorted((one, other) => other.length - one.length)
    .map((path) => new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(part, '(?<$1>[^/]+)')}(?:/|$)`, 'i'))
  patterns.set(paths, made)
  return made
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
