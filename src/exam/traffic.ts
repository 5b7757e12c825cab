import { parse } from 'fast-querystring'
import { parseJson } from '../basics/json.ts'
import { basicCredentials } from '../oauth/clients/methods/secret.ts'
import type { Client } from '../oauth/model/records.ts'
import type { JournalEntry } from '../sandbox/journal.ts'

/** Decoded parameters; one that came several times is a list. */
export type Sent = Readonly<Record<string, unknown>>

/** A request of which its parameters are known. */
export interface Asked {
  readonly entry: JournalEntry
  readonly sent: Sent
}

/** What one client did. */
export interface Traffic {
  readonly client: Client | undefined
  /** Whether its server speaks by the RFCs alone: a vendor's own ways are no fault of its clients. */
  readonly isByTheBook: boolean
  readonly entries: readonly JournalEntry[]
  /** Authorization requests of browsers; pushed ones and request objects read, and left out where they cannot be. */
  readonly authorizations: readonly Asked[]
  /** Requests to the token endpoint. */
  readonly exchanges: readonly Asked[]
  /** Requests that say not whose they are, as those for discovery: of the only client there is. */
  readonly anonymous: readonly JournalEntry[]
  /** All tokens that the journal saw handed out, to whichever client. */
  readonly tokens: ReadonlyMap<unknown, HandedOut>
}

/** What a token is, and whose. */
interface HandedOut {
  readonly is: (typeof tokenNames)[number]
  readonly client_id: string
}

/** What is an access token for one answer is one, whatever else it is. */
const tokenNames = ['id_token', 'refresh_token', 'access_token'] as const

/** The journal's entries by the client that they belong to, oldest first. */
export function trafficOf(
  entries: readonly JournalEntry[],
  clientOf: (client_id: string, entry: JournalEntry) => Client | undefined,
  isByTheBook: boolean,
): Map<string, Traffic> {
  const pushed = new Map<unknown, Sent>()
  for (const entry of entries) {
    if (entry.endpoint === 'par' && entry.status < 300) pushed.set(answerOf(entry).request_uri, bodyOf(entry))
  }
  const tokens = tokensIn(entries)
  const own = Map.groupBy(entries, (entry) => ownerOf(entry, tokens))
  const nobodys = own.get(undefined) ?? []
  own.delete(undefined)
  const anonymous = own.size === 1 ? nobodys : []
  return new Map(
    [...own].flatMap(([client_id, entries]) => {
      const [first] = entries
      if (client_id === undefined || first === undefined) return []
      const authorizations = entries.flatMap((entry) => authorizationOf(entry, pushed) ?? [])
      const exchanges = entries.filter(({ endpoint }) => endpoint === 'token').map((entry) => ({ entry, sent: bodyOf(entry) }))
      return [[client_id, { client: clientOf(client_id, first), isByTheBook, entries, authorizations, exchanges, anonymous, tokens }]]
    }),
  )
}

function tokensIn(entries: readonly JournalEntry[]): Map<unknown, HandedOut> {
  const tokens = new Map<unknown, HandedOut>()
  for (const entry of entries) {
    const { client_id } = entry
    if (entry.endpoint !== 'token' || entry.status !== 200 || client_id === undefined) continue
    const answer = answerOf(entry)
    for (const is of tokenNames) if (answer[is] !== undefined) tokens.set(answer[is], { is, client_id })
  }
  return tokens
}

/** Whose request it was, also where it was refused before anybody knew. */
function ownerOf(entry: JournalEntry, tokens: Traffic['tokens']): string | undefined {
  if (entry.client_id !== undefined) return entry.client_id
  const query = queryOf(entry)
  const authorization = headerOf(entry, 'authorization')
  return (
    tokens.get(tokenIn(authorization))?.client_id ??
    tokens.get(query.access_token)?.client_id ??
    basicCredentials(authorization === '' ? undefined : authorization)?.[0]?.client_id ??
    text(bodyOf(entry), 'client_id') ??
    text(query, 'client_id')
  )
}

/** What follows the scheme of an Authorization header. */
export function tokenIn(authorization: string): string {
  return authorization.replace(/^\S+ +/, '')
}

function authorizationOf(entry: JournalEntry, pushed: ReadonlyMap<unknown, Sent>): Asked | undefined {
  const isForBrowser = entry.driver === 'control'
  if (entry.endpoint !== 'authorize' || (entry.method !== 'GET' && !isForBrowser)) return undefined
  const sent = isForBrowser ? { response_type: 'code', ...bodyOf(entry) } : queryOf(entry)
  const { request, request_uri } = sent
  if (request_uri !== undefined) {
    const parameters = pushed.get(request_uri)
    return parameters && { entry, sent: parameters }
  }
  if (request !== undefined) {
    const object = claimsOf(request)
    return object && { entry, sent: { ...sent, ...object } }
  }
  return sent.response_type === undefined ? undefined : { entry, sent }
}

/** What a JWT says, as a request object (RFC 9101 §4); undefined for one that is encrypted, and for what is none. */
export function claimsOf(jwt: unknown): Sent | undefined {
  const parts = String(jwt).split('.')
  return parts.length === 3 ? members(Buffer.from(parts[1] ?? '', 'base64url').toString()) : undefined
}

/** The query of a request. */
export function queryOf({ url }: JournalEntry): Sent {
  const at = url.indexOf('?')
  if (at < 0) return {}
  return parse(url.slice(at + 1))
}

/** The form or JSON that was sent. */
export function bodyOf({ request_body: body }: JournalEntry): Sent {
  return typeof body === 'object' && body !== null ? { ...body } : {}
}

/** The JSON that was answered; empty when it was none. */
export function answerOf({ response_body: body }: JournalEntry): Sent {
  return (body !== undefined && members(body)) || {}
}

function members(json: string): Sent | undefined {
  try {
    const value = parseJson(json)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** A parameter that came once and says something. */
export function text(sent: Sent, name: string): string | undefined {
  const value = sent[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A header of a request as one text. */
export function headerOf({ request_headers }: JournalEntry, name: string): string {
  const value = request_headers[name] ?? ''
  return typeof value === 'string' ? value : value.join(', ')
}

/** The parameters with which an answer sent the browser back to the client; undefined when it did not. */
export function answeredTo({ response_headers: { location } }: JournalEntry): URLSearchParams | undefined {
  if (typeof location !== 'string') return undefined
  const answer = new URLSearchParams(location.replace(/^[^?#]*[?#]/, '').replace('#', '&'))
  return answer.has('code') || answer.has('access_token') || answer.has('id_token') ? answer : undefined
}

/** Groups of requests that agree in a value; those without it are in none. */
export function sharing(asked: readonly Asked[], value: (one: Asked) => string | undefined): Asked[][] {
  const groups = Map.groupBy(asked, value)
  groups.delete(undefined)
  return [...groups.values()].filter(({ length }) => length > 1)
}

/**
 * The requests of a client alone: what the control API did for a browser counts where no browser asked. Where one did, that is how its request was
 * answered.
 */
export function ofClients(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const isAsked = ({ endpoint, method, driver }: JournalEntry) => endpoint === 'authorize' && method === 'GET' && driver === undefined
  if (!entries.some(isAsked)) return entries
  const answers = new Map<string, unknown>()
  const own = entries.toReversed().flatMap((entry) => {
    if (entry.driver !== undefined) {
      answers.set(signInOf(bodyOf(entry)), entry.response_headers.location)
      return []
    }
    const location = isAsked(entry) ? takeFrom(answers, signInOf(queryOf(entry))) : undefined
    return location === undefined ? [entry] : [{ ...entry, response_headers: { ...entry.response_headers, location } }]
  })
  return own.reverse()
}

/** By what an authorization request is known again. */
function signInOf({ client_id, state, nonce, code_challenge, request_uri }: Sent): string {
  return JSON.stringify([client_id, state, nonce, code_challenge, request_uri])
}

function takeFrom<V>(map: Map<string, V>, key: string): V | undefined {
  const value = map.get(key)
  map.delete(key)
  return value
}
