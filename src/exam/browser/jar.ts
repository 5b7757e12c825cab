import { systemClock } from '../../basics/clock.ts'

/** A cookie as a browser keeps it. */
export interface Cookie {
  readonly name: string
  readonly value: string
  /** The host that set it: a `Domain` is not taken, for an app on this machine has one host. */
  readonly host: string
  readonly path: string
  readonly secure: boolean
  readonly http_only: boolean
  readonly same_site: string | undefined
}

/** Of a name and its value together; browsers let go of what is longer. */
const longest = 4096

/** The cookies of one browser, as far as one app needs them (RFC 6265 §5). Ports do not part them. */
export class CookieJar {
  #cookies: readonly Cookie[]

  constructor(cookies: readonly Cookie[] = []) {
    this.#cookies = cookies
  }

  /** Takes what an answer of this address sets. */
  take(url: string, headers: readonly string[]): void {
    for (const header of headers) {
      const cookie = readCookie(header, new URL(url))
      if (cookie === undefined) continue
      this.#cookies = this.#cookies.filter(({ name, host, path }) => name !== cookie.name || host !== cookie.host || path !== cookie.path)
      if (!cookie.isGone) this.#cookies = [...this.#cookies, cookie]
    }
  }

  /** The `Cookie` header for an address; empty when there are none. @param without the name of one that is left out */
  headerFor(url: string, without?: string): string {
    const { hostname, pathname } = new URL(url)
    return this.#cookies
      .filter(({ name, host, path }) => name !== without && host === hostname && isBelow(pathname, path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  get cookies(): readonly Cookie[] {
    return this.#cookies
  }
}

function isBelow(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}

function readCookie(header: string, { hostname, pathname }: URL): (Cookie & { isGone: boolean }) | undefined {
  const [pair = '', ...rest] = header.split(';')
  const at = pair.indexOf('=')
  const name = pair.slice(0, at).trim()
  if (at < 0 || name === '' || pair.length > longest) return undefined
  const attributes = new Map(
    rest.map((one) => {
      const [attribute = '', ...value] = one.split('=')
      return [attribute.trim().toLowerCase(), value.join('=').trim()]
    }),
  )
  const age = attributes.get('max-age')
  const expires = Date.parse(attributes.get('expires') ?? '')
  const path = attributes.get('path') ?? ''
  return {
    name,
    value: pair.slice(at + 1).trim(),
    host: hostname,
    path: path.startsWith('/') ? path : pathname.slice(0, Math.max(1, pathname.lastIndexOf('/'))),
    secure: attributes.has('secure'),
    http_only: attributes.has('httponly'),
    same_site: attributes.get('samesite'),
    isGone: age === undefined ? expires <= systemClock.now() : Number(age) <= 0,
  }
}
