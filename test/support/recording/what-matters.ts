import type { Answer } from './comparable.ts'

/** Headers that a twin must neither add nor leave out; another it may add. */
const strict = new Set(['location', 'www-authenticate', 'set-cookie', 'access-control-allow-origin', 'access-control-allow-credentials'])
/** What the real server says of itself to browsers and caches beyond what a client reads. */
const ignored = new Set([
  ...['access-control-allow-methods', 'access-control-allow-headers', 'access-control-max-age', 'access-control-expose-headers', 'allow'],
  ...['referrer-policy', 'strict-transport-security', 'x-content-type-options', 'x-frame-options', 'x-robots-tag'],
  ...['content-security-policy', 'content-language'],
])

/**
 * An answer as text, as far as a client can tell. Members keep their order, since that is part of it.
 * @param like the answer of the real server
 */
export function whatMatters({ headers, ...rest }: Answer, like: Answer): string {
  const kept = Object.entries(headers)
    .filter(([name]) => !ignored.has(name) && (strict.has(name) || name in like.headers))
    .map(([name, value]) => [name, name === 'content-type' ? String(value).replace(/; ?charset=.*/i, '') : value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify({ headers: Object.fromEntries(kept), ...rest }, null, 1)
}
