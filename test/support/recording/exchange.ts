/** An answer as it came, before anything is made comparable. */
export interface Exchange {
  status: number
  headers: Headers
  text: string
  /** The parsed body; undefined when it is no JSON. */
  body: unknown
  /** Where it redirects to. */
  location: URL | undefined
  /** `Set-Cookie` headers, of all redirects that were followed too. */
  cookies: string[]
}

/** Reads an answer. */
export async function exchangeOf(response: Response): Promise<Exchange> {
  const text = await response.text()
  const location = response.headers.get('location')
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: /^application\/(\w+\+)?json/.test(response.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : undefined,
    location: location === null ? undefined : new URL(location, response.url),
    cookies: response.headers.getSetCookie(),
  }
}

/**
 * What a step keeps of an answer: `/pointer` into the body, `/pointer#claim` of a token there, `?name` of the redirect's query or fragment,
 * `id` for the last part of the redirect's path, `location` for all of it, `field name` for what stands in a page's hidden field.
 * @throws Error when it is not there
 */
export function kept({ body, location, status, text }: Exchange, where: string): string {
  const [, field] = /^field (\w+)$/.exec(where) ?? []
  const inPage = field && new RegExp(`name="${field}" value="([^"]*)"`).exec(text)?.[1]
  const found = inPage ?? (where.startsWith('/') ? inBody(body, where) : location && inLocation(location, where))
  if (typeof found !== 'string' || found === '')
    throw new Error(`nothing at ${where} of ${status} ${location?.href ?? ''} ${text.slice(0, 1000)}`)
  return found
}

function inLocation(location: URL, where: string): string | null {
  if (where === 'location') return location.href
  if (where === 'id') return location.pathname.split('/').at(-1) ?? null
  const name = where.slice(1)
  return location.searchParams.get(name) ?? new URLSearchParams(location.hash.slice(1)).get(name)
}

function inBody(body: unknown, where: string): unknown {
  const [pointer = '', claim] = where.split('#')
  const at = (value: unknown, path: string[]) => path.reduce((one, key) => (one as Record<string, unknown> | undefined)?.[key], value)
  const found = at(body, pointer.split('/').slice(1))
  if (claim === undefined || typeof found !== 'string') return found
  return at(JSON.parse(Buffer.from(found.split('.')[1] ?? '', 'base64url').toString()), [claim])
}
