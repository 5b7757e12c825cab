import type { Answer } from './comparable.ts'
import type { PageFacts } from './page-facts.ts'

/** Headers that a twin must neither add nor leave out; another it may add. */
const strict = new Set(['location', 'www-authenticate', 'access-control-allow-origin', 'access-control-allow-credentials'])
/** What says something to browsers and caches alone, and the names of cookies, which are a server's own matter. */
const ignored = new Set([
  'allow',
  ...['referrer-policy', 'strict-transport-security', 'x-content-type-options', 'x-frame-options', 'x-robots-tag'],
  ...['content-security-policy', 'content-language', 'set-cookie'],
])

/** Looked at where a program reads the answer; pages and redirects are told of caches in many ways. */
const caches = new Set(['cache-control', 'pragma'])

/**
 * An answer as text, as far as a client can tell. Members keep their order, since that is part of it.
 * @param like the answer of the real server
 */
export function whatMatters({ headers, page, ...rest }: Answer, like: Answer): string {
  const forCaches = like.body !== undefined
  const kept = Object.entries(headers)
    .filter(([name]) => !ignored.has(name) && (strict.has(name) || name in like.headers))
    .filter(([name]) => forCaches || !caches.has(name))
    .map(([name, value]) => [name, shortened(name, String(value))] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const seen = page === undefined ? {} : { page: seenOf(page, like.page ?? page) }
  return JSON.stringify({ headers: Object.fromEntries(kept), ...rest, ...seen }, null, 1)
}

/** A type without its charset; of what caches are told, whether they may keep an answer. */
function shortened(name: string, value: string): string {
  if (name === 'content-type') return value.replace(/; ?charset=.*/i, '')
  return name === 'cache-control' && value.includes('no-store') ? 'no-store' : value
}

/** What a script for the real page needs of this one: it may say more, and its forms may have more buttons and boxes. Hidden fields are a server's own. */
function seenOf({ title, messages, forms }: PageFacts, like: PageFacts): PageFacts {
  return {
    title,
    messages: like.messages.filter((message) => messages.includes(message)),
    forms: like.forms.map((form, place) => {
      const known = form.split(' | ')
      const parts = forms[place]?.split(' | ') ?? []
      return parts.filter((part) => !part.startsWith('hidden ') && (known.includes(part) || !/^(submit|checkbox) /.test(part))).join(' | ')
    }),
  }
}
