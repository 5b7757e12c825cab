import { isForm, postedIn } from './judge-requests.ts'

/** What is looked at of an answer that a judge got, without what differs from one run to the next. */
export interface PlainAnswer {
  status: number
  headers: Record<string, string>
  /** JSON with tokens as their headers and claims, all members in their order; else the text. */
  body?: unknown
}

/** When and where an answer came. */
export interface Moment {
  base: string
  /** Seconds since 1970 by the sandbox's clock. */
  now: number
  /** Names of the ids that answers gave before. */
  ids: Map<string, string>
}

const looked = ['content-type', 'cache-control', 'pragma', 'expires', 'location', 'www-authenticate', 'access-control-allow-origin']

/** Members whose value is made up each time. */
const madeUp = new Set([
  ...['x5t#S256', 'request_uri'],
  ...['aio', 'rh', 'uti', 'jti', 'kid', 'x5t', 'x5c', 'n', 'nonce', 'sid', 'at_hash', 'c_hash', 'origin_jti', 'event_id'],
  ...['code', 'refresh_token', 'access_token', 'device_code', 'user_code', 'session_state', 'trace_id', 'request-id', 'client-request-id'],
  ...['correlation_id', 'Session', 'sessionToken', 'stateToken', 'id_token', 'errorId', 'bot_access_token'],
  ...['token', 'hashed_token', 'token_last_eight'],
  ...['RefreshToken', 'ClientId', 'ClientSecret', 'UserSub', 'SALT', 'SECRET_BLOCK', 'SecretCode'],
  ...['public_key', 'sessionId', 'secret', 'barcode_uri', 'mfa_token', 'oob_code', 'recovery_code', 'recovery_codes', 'fbtrace_id'],
])
const times = new Set(['iat', 'nbf', 'exp', 'auth_time', 'expires_on', 'not_before', 'issued_at', 'data_access_expires_at', 'expires_at'])
/** When something was made, which may have been before the recording. */
const ages = new Set(['updated_at', 'UserCreateDate', 'UserLastModifiedDate', 'CreationDate', 'LastModifiedDate'])
/** A time in milliseconds. */
const isMoment = (value: unknown) => typeof value === 'number' && value > 10 ** 12
/** What may have an id of chance. */
const ids = new Set(['id', 'userId', 'containerId'])
const guid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

/** A GUID of chance, and none that a preloaded user has. */
const isMadeUp = new RegExp(`^(?!.*0000-4000-8000|(..)\\1\\1\\1)${guid}$`, 'i')

/** The id of a session. */
const isSession = /^[\w-]{24}$/

/** The id of a key, as a name. */
const isKid = /^[0-9a-f]{40}$/

/** Makes an answer comparable. */
export function plainAnswer(status: number, headers: Headers, text: string, moment: Moment): PlainAnswer {
  const kept = looked.flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, name === 'location' ? plainAddress(value, moment) : plainText(value, moment)]]
  })
  const answer: PlainAnswer = { status, headers: Object.fromEntries(kept) }
  const isJson = headers.get('content-type')?.includes('json') === true && text !== ''
  if (isJson) answer.body = plain(JSON.parse(text), '', moment)
  else if (headers.get('content-type')?.includes('html') === true) {
    const posted = postedIn(text)
    if (posted.length > 0) answer.body = plain(Object.fromEntries(posted), '', moment)
  } else if (isForm(text)) answer.body = plain(Object.fromEntries(new URLSearchParams(text)), '', moment)
  else if (text !== '') answer.body = plainText(text, moment)
  return answer
}

function plain(value: unknown, name: string, moment: Moment): unknown {
  // Others say a time in words.
  if (times.has(name) && Number.isFinite(Number(value))) return timeOf(value, moment)
  // A number of any length.
  if (ages.has(name) || isMoment(value) || name === 'SRP_B') return `<${typeof value}>`
  if (typeof value === 'string') {
    if (/^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(value)) return tokenOf(value, moment)
    if (name === 'Value' || name === 'Username') return isMadeUp.test(value) ? '<guid>' : plainText(value, moment)
    if (ids.has(name) && isMadeUp.test(value)) return nameOf(value, moment)
    if (name === 'sub') return moment.ids.get(value) ?? plainText(value, moment)
    return madeUp.has(name) || (name === 'id' && isSession.test(value)) ? shapeOf(value) : plainText(value, moment)
  }
  if (Array.isArray(value)) return value.map((one) => plain(one, name, moment))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one], at) => [isKid.test(key) ? `<kid ${at}>` : key, plain(one, key, moment)]))
}

/** The same for the same id, wherever it stands. */
function nameOf(id: string, { ids }: Moment): string {
  const name = ids.get(id) ?? `<guid ${ids.size}>`
  ids.set(id, name)
  return name
}

function tokenOf(token: string, moment: Moment): unknown {
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString() || 'null'))
  const isOfNewUser = claims?.token_use !== undefined && isMadeUp.test(claims.sub)
  return { header: plain(header, '', moment), claims: plain(isOfNewUser ? { ...claims, sub: '<guid>' } : claims, '', moment) }
}

/** Within ten seconds the runs are alike. */
function timeOf(value: unknown, { now }: Moment): unknown {
  const away = Math.round((Number(value) - now) / 10) * 10
  const said = away === 0 ? 'now' : `now${away < 0 ? '' : '+'}${away}`
  return Math.abs(away) > 10 ** 8 ? value : typeof value === 'string' ? `"${said}"` : said
}

/** Of which characters, and how many. */
function shapeOf(value: string): string {
  return value.replace(new RegExp(guid, 'gi'), '<guid>').replace(/[\w~+/=-]{5,}/g, (run) => (run === 'guid' ? run : `<${run.length}>`))
}

function plainText(text: string, { base }: Moment): string {
  return text
    .replace(/-----BEGIN ([A-Z ]+)-----.*-----END \1-----\n/s, '<$1>')
    .replaceAll(base, '{base}')
    .replace(new RegExp(`((?:Trace|Correlation|Request) I[Dd]: )${guid}`, 'g'), '$1<guid>')
    .replace(/\b[A-Z]{4}-[A-Z]{4}\b/g, '<user code>')
    .replace(/\b(auth0\|)?[0-9a-f]{24}\b/g, '$1<object id>')
    .replace(/^[a-zA-Z0-9]{86}$/, '<secret>')
    .replace(/^101[\w-]{22}$/, '<session>')
    .replace(/\b(rol|org|dev)_\w{16}\b/g, '$1_<id>')
    .replace(/\b([a-z]{2}-[a-z]+-\d_)(?!Grantbox1)\w{9}\b/g, '$1<pool>')
    .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?/g, '<time>')
}

/** An address with what stands in its query and fragment as in an answer. */
function plainAddress(address: string, moment: Moment): string {
  const plainPath = plainText(address, moment).replace(new RegExp(`(?<=/)${guid}(?=/|$)`, 'g'), (id) => nameOf(id, moment))
  return plainPath.replace(/([?#&])([\w-]+)=([^&#]*)/g, (_, mark: string, name: string, value: string) => {
    const text = decodeURIComponent(value)
    return `${mark}${name}=${text.startsWith('eyJ') ? JSON.stringify(plain(text, name, moment)) : plain(text, name, moment)}`
  })
}
