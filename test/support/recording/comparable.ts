import type { Exchange } from './exchange.ts'
import { type PageFacts, pageFacts } from './page-facts.ts'

/** An answer without what differs from one run to the next; two servers that do the same give the same. */
export interface Answer {
  status: number
  headers: Record<string, string | string[]>
  body?: unknown
  page?: PageFacts
  /** Tokens that a redirect carries. */
  tokens?: Record<string, unknown>
}

/** What is known of the moment at which an answer came. */
export interface Moment {
  base: string
  /** Seconds since 1970. */
  now: number
  names: ReadonlyMap<string, string>
}

/** Headers that a client may read. */
const usual = ['content-type', 'cache-control', 'pragma', 'www-authenticate', 'location', 'allow', 'content-location']
const cors = ['origin', 'methods', 'headers', 'credentials', 'max-age'].map(
  (name) => `access-control-${name === 'max-age' ? name : `allow-${name}`}`,
)

/** Makes an answer comparable. */
export function comparable(exchange: Exchange, moment: Moment, more: readonly string[] = []): Answer {
  const plain = new Plain(moment)
  const headers: Record<string, string | string[]> = {}
  for (const name of [...usual, ...cors, 'access-control-expose-headers', ...more]) {
    const value = exchange.headers.get(name)
    if (value !== null) headers[name] = plain.address(value)
  }
  const cookies = exchange.cookies.map(cookieShape).filter((shape) => exchange.location === undefined || !shape.startsWith('KC_RESTART'))
  if (cookies.length > 0) headers['set-cookie'] = [...new Set(cookies)].sort()
  const answer: Answer = { status: exchange.status, headers }
  const tokens = [...new URLSearchParams(exchange.location?.hash.slice(1)), ...(exchange.location?.searchParams ?? [])].filter(
    ([, value]) => value.startsWith('eyJ'),
  )
  if (tokens.length > 0) answer.tokens = Object.fromEntries(tokens.map(([name, value]) => [name, plain.text(name, value)]))
  if (exchange.body !== undefined) answer.body = plain.value(exchange.body)
  else if (exchange.headers.get('content-type')?.startsWith('text/html') === true) answer.page = pageFacts(exchange.text)
  else if (exchange.text !== '') answer.body = plain.text('', exchange.text)
  return answer
}

/**
 * A cookie's name and attributes, without its value. The one that restarts a sign-in is left out where a browser is sent back: Keycloak
 * takes it away then, or forgets to.
 */
function cookieShape(cookie: string): string {
  const [pair = '', ...attributes] = cookie.split(/;\s*/)
  return [pair.split('=')[0], ...attributes.filter((one) => !one.startsWith('Expires='))].join('; ')
}

/** Sets whose order says nothing. */
const unordered = new Set([
  ...['aud', 'groups', 'roles', 'allowed-origins', 'realmRoles', 'defaultRoles', 'redirectUris', 'webOrigins', 'defaultClientScopes'],
  ...['optionalClientScopes', 'scopes_supported', 'requiredActions', 'supportedLocales', 'enabledEventTypes'],
])
/** Objects that are written in the order of a hash table. */
const hashed = new Set(['resource_access', 'attributes', 'clientRoles', 'client', 'access', 'config'])
/** Claims that stand where they stand in every token; those of mappers follow in the order of a hash table. */
const fixed = new Set([
  ...['exp', 'iat', 'nbf', 'auth_time', 'jti', 'iss', 'aud', 'sub', 'typ', 'azp', 'nonce', 'sid', 'at_hash', 'c_hash', 'acr', 's_hash'],
  ...['allowed-origins', 'realm_access', 'resource_access', 'scope', 'aud_x', 'prov', 'client_id', 'username', 'token_type', 'active'],
])
const isFixed = ([name]: readonly [string, unknown]) => fixed.has(name)
const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1)
/** Seconds since 1970; the rest are milliseconds. */
const seconds = new Set(['exp', 'iat', 'nbf', 'auth_time', 'notBefore'])
const milliseconds = new Set(['createdTimestamp', 'createdDate', 'start', 'lastAccess', 'time', 'validTo'])
const opaque = new Set([
  'sid',
  'session_state',
  'sessionId',
  'code',
  'code_id',
  'device_code',
  'user_code',
  'auth_req_id',
  'kid',
  'n',
  'x5t',
  'x5t#S256',
  'x5c',
])
const hidden = new Set([
  ...opaque,
  'public_key',
  'at_hash',
  'c_hash',
  's_hash',
  'secret',
  'value',
  'certificate',
  'publicKey',
  'RS256',
  'RSA-OAEP',
  'HS512',
  'AES',
])
const userCode = /\b[A-Z]{4}-[A-Z]{4}\b/g
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** A realm's keys, its roles and its scopes come in an order of their own. */
function inOrder(items: unknown[]): unknown[] {
  const by = (one: unknown) => {
    const { name, resourceName, algorithm, alg } = (one ?? {}) as Record<string, unknown>
    return String(name ?? resourceName ?? algorithm ?? alg)
  }
  return items.every((one) => typeof one === 'object') ? items.toSorted((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0)) : items
}

/** A time that is left, as one that a busy machine takes a while to tell. */
const wholeFives = (value: number) => Math.ceil(value / 5) * 5

/** Replaces what a run made up. The same value gets the same number throughout one answer, so that what must be equal stays equal. */
class Plain {
  readonly #moment: Moment
  readonly #numbers = new Map<string, number>()

  constructor(moment: Moment) {
    this.#moment = moment
  }

  value(value: unknown, key = '', siblings: Record<string, unknown> = {}): unknown {
    if (typeof value === 'string') return this.text(key, value)
    if (typeof value === 'number') return this.#number(key, value, siblings)
    if (Array.isArray(value)) {
      const items = inOrder(value).map((one) => this.value(one, key))
      return unordered.has(key) && items.every((one) => typeof one === 'string') ? items.sort() : items
    }
    if (typeof value !== 'object' || value === null) return value
    const object = value as Record<string, unknown>
    const entries = Object.entries(object).map(([name, one]) => [this.#names(name), this.value(one, name, object)] as const)
    if ('iss' in object || 'sub' in object)
      return Object.fromEntries([...entries.filter(isFixed), ...entries.filter((one) => !isFixed(one)).sort(byName)])
    return Object.fromEntries(hashed.has(key) ? entries.sort(byName) : entries)
  }

  text(key: string, text: string): unknown {
    if (/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return this.#token(text)
    if (/^eyJ[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return '<encrypted>'
    if (key === 'auth_req_id') return '<opaque>'
    if (key === 'terms_and_conditions' || key.endsWith('.creation.time') || key === 'age_of_refresh_token') return '<s>'
    if (key === 'scope') return text.split(' ').sort().join(' ')
    const named = this.#names(text)
    return hidden.has(key) && named === text ? this.#hide(text) : this.#ids(named)
  }

  /** A header's text; in a redirect's query and fragment what is opaque is replaced, and all else stays as it was encoded. */
  address(text: string): string {
    const parameter =
      /([?&#])(session_code|tab_id|client_data|code|session_state|execution|kc_tab_id|auth_hash|key|id_token|access_token|response|request_uri|nonce|state(?==[\w-]{43}\.))=([^&#]*)/g
    const plain = this.#names(text).replaceAll(parameter, (_, mark: string, name: string, value: string) => {
      const shown = value.startsWith('eyJ') || name === 'client_data' ? `<${name}>` : this.#pieces(value)
      return `${mark}${name}=${shown}`
    })
    return this.#ids(plain.replaceAll(/\b(expires_in=)(\d+)/g, (_, name: string, value: string) => name + wholeFives(Number(value))))
  }

  #pieces(value: string): string {
    const shown = (one: string) => (/^([A-Z_]+|\{\w+\})$/.test(one) ? one : this.#hide(one))
    return value.split('.').map(shown).join('.')
  }

  #token(text: string): unknown {
    const [header = '', claims = ''] = text.split('.').map((part) => Buffer.from(part, 'base64url').toString())
    const kid = (JSON.parse(header) as { kid?: string }).kid ?? ''
    return { header: header.replace(kid, this.#hide(kid)), claims: this.value(JSON.parse(claims)) }
  }

  #number(key: string, value: number, siblings: Record<string, unknown>): unknown {
    const { now } = this.#moment
    if (/expires_in$/.test(key)) return wholeFives(value)
    if (key === 'exp' && typeof siblings.iat === 'number') return `iat+${wholeFives(value - siblings.iat)}`
    if (seconds.has(key) && value > 1e9) return Math.abs(value - now) < 10 ? '<now>' : value < now ? '<past>' : '<future>'
    if (milliseconds.has(key) && value > 1e9) return value > 1e12 ? '<ms>' : '<s>'
    return value
  }

  #names(text: string): string {
    const { base } = this.#moment
    let named = text.replaceAll(base, '{base}').replaceAll(encodeURIComponent(base), '{base, encoded}')
    for (const [name, value] of this.#moment.names) if (value.length >= 12) named = named.replaceAll(value, `{${name}}`)
    return named
  }

  #ids(text: string): string {
    return text.replaceAll(userCode, '<ABCD-EFGH>').replaceAll(uuid, (one) => this.#hide(one))
  }

  #hide(value: string): string {
    if (value.search(userCode) === 0) return '<ABCD-EFGH>'
    const number = this.#numbers.get(value) ?? this.#numbers.size + 1
    this.#numbers.set(value, number)
    if (value.search(uuid) === 0) return `<uuid ${number}>`
    return value.length > 60 ? `<long ${number}>` : `<${value.length} characters, ${number}>`
  }
}
