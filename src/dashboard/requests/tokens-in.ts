import { mask } from '../../control/views/masking.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import { agoInWords } from '../frame/words.ts'
import { type ClaimRow, claimRows } from '../grants/claim-words.ts'

/** A token that was sent or answered, without what would let somebody use it. */
export interface TokenView {
  /** Where it stood: `access_token in the answer`. */
  where: string
  /** Why there is nothing to decode; absent for a JWT. */
  closed?: string
  header?: string
  claims: readonly ClaimRow[]
  /** What its times say of it now. */
  state?: { text: string; isBad: boolean } | undefined
}

const requestFields = [
  'access_token',
  'refresh_token',
  'token',
  'subject_token',
  'actor_token',
  'assertion',
  'client_assertion',
  'id_token_hint',
  'request',
]
const answerFields = ['access_token', 'refresh_token', 'id_token']

/**
 * The tokens of a request and of its answer, decoded and not verified.
 * @param now by the sandbox's clock, for what the times say
 */
export function tokensIn(entry: JournalEntry, now: number, showSecrets: boolean): TokenView[] {
  return foundIn(entry).map(({ where, token }) => tokenView(where, token, now, showSecrets))
}

/** The tokens of an entry as they came. */
export function foundIn(entry: JournalEntry): { where: string; name: string; token: string }[] {
  const { authorization } = entry.request_headers
  const bearer = typeof authorization === 'string' ? /^(?:bearer|dpop) +(\S+)/i.exec(authorization)?.[1] : undefined
  const location = entry.response_headers.location
  return [
    ...(bearer === undefined ? [] : [{ where: 'Authorization header', name: 'access_token', token: bearer }]),
    ...fieldsOf(membersOf(entry.request_body), requestFields, 'the request'),
    ...fieldsOf(queryOf(entry.url), requestFields, 'the query'),
    ...fieldsOf(membersOf(entry.response_body), answerFields, 'the answer'),
    ...(typeof location === 'string' ? fieldsOf(queryOf(location), [...answerFields, 'response'], 'the redirect') : []),
  ]
}

/** The members of a body: a decoded form or JSON, or text of either kind. */
export function membersOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'string') return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    // Vendors that answer forms.
    return /^[\w.-]+=[^\s<]*$/.test(body) ? Object.fromEntries(new URLSearchParams(body)) : {}
  }
}

/** The parameters of a URL's query and fragment. */
export function queryOf(url: string): Readonly<Record<string, string>> {
  const [, query = '', fragment = ''] = /^[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s.exec(url) ?? []
  return Object.fromEntries([...new URLSearchParams(query), ...new URLSearchParams(fragment)])
}

function fieldsOf(members: Readonly<Record<string, unknown>>, names: readonly string[], where: string) {
  return names.flatMap((name) => {
    const token = members[name]
    return typeof token === 'string' && token !== '' ? [{ where: `${name} in ${where}`, name, token }] : []
  })
}

function tokenView(where: string, token: string, now: number, showSecrets: boolean): TokenView {
  const parts = token.split('.')
  const [header, claims] = parts.length === 3 ? [segment(parts[0]), segment(parts[1])] : []
  if (header === undefined || claims === undefined) {
    const closed =
      parts.length === 5
        ? 'Encrypted: only who has the key can read it.'
        : `Opaque: ${token.length} characters that say nothing by themselves.`
    return { where, closed, claims: [] }
  }
  const shown = showSecrets ? claims : (mask(claims) as Record<string, unknown>)
  return {
    where,
    header: JSON.stringify(header),
    claims: claimRows(shown, now),
    state: stateOf(claims, now),
  }
}

function stateOf({ exp, nbf }: Record<string, unknown>, now: number): TokenView['state'] {
  if (typeof exp === 'number' && exp * 1000 <= now) return { text: `expired ${agoInWords(exp * 1000, now)}`, isBad: true }
  if (typeof nbf === 'number' && nbf * 1000 > now) return { text: `not valid yet, ${agoInWords(nbf * 1000, now)}`, isBad: true }
  return typeof exp === 'number' ? { text: `expires ${agoInWords(exp * 1000, now)}`, isBad: false } : undefined
}

function segment(text = ''): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
