import { ownValue } from '../../basics/own-value.ts'
import { cibaType, deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { JournalEntry } from '../../sandbox/journal.ts'
import { clockTime } from '../frame/words.ts'
import { isBad, statusOf } from '../requests/request-row.ts'
import { membersOf, queryOf } from '../requests/tokens-in.ts'

/** Who speaks in the picture of a flow, from left to right. */
export const actors = ['Browser', 'Client', 'grantbox'] as const
export type Actor = (typeof actors)[number]

/** One request of a flow in words. */
export interface FlowStep {
  id: number
  href: string
  time: string
  from: Actor
  /** What is asked: `Signs in as @brandon`. */
  asks: string
  /** What is answered: `code`. */
  gets: string
  isBad: boolean
  /** Why it was refused. */
  reason?: string | undefined
  /** What the browser carries on to the client. */
  carries?: string | undefined
}

/** The steps of a flow. */
export function flowSteps(entries: readonly JournalEntry[], base: string, prefix: string): FlowStep[] {
  return entries.map((entry) => {
    const isPage = isOfBrowser(entry)
    return {
      id: entry.id,
      href: `${base}/requests/${entry.id}`,
      time: clockTime(entry.time).slice(0, 8),
      from: isPage ? 'Browser' : 'Client',
      asks: isPage ? pageAsks(entry, prefix) : asks(entry),
      gets: isPage ? pageGets(entry) : gets(entry),
      isBad: isBad(entry) || entry.error !== undefined,
      reason: entry.explanation ?? entry.error,
      carries: isPage ? carriedBack(entry) : undefined,
    }
  })
}

function isOfBrowser({ endpoint, response_headers }: JournalEntry): boolean {
  return endpoint === 'authorize' && !String(response_headers['content-type'] ?? '').includes('json')
}

/** The parameters that a browser sent, in the query or in a form. */
function sentBy({ url, request_body }: JournalEntry): Readonly<Record<string, unknown>> {
  return { ...queryOf(url), ...membersOf(request_body) }
}

const decisions: Readonly<Record<string, string>> = {
  allow: 'Allows it',
  approve: 'Approves it',
  deny: 'Denies it',
  cancel: 'Cancels',
  switch: 'Is somebody else',
  add: 'Adds the app',
  ask: 'Asks a parent',
}

function pageAsks(entry: JournalEntry, prefix: string): string {
  const sent = sentBy(entry)
  const text = (name: string) => (typeof sent[name] === 'string' ? sent[name] : undefined)
  const decision = text('decision')
  if (decision !== undefined) return ownValue(decisions, decision) ?? `Decides: ${decision}`
  const username = text('pick') ?? (text('transaction') === undefined ? undefined : text('username'))
  if (username !== undefined) return `Signs in as ${prefix}${username.replace(/^@/, '')}`
  if (text('user_code') !== undefined && entry.method === 'POST') return 'Enters the code of the device'
  if (text('client_id') !== undefined) return ['Wants to sign in', text('scope')].filter(Boolean).join(': ')
  return `${entry.method} ${pathOf(entry)}`
}

function pageGets(entry: JournalEntry): string {
  const { status, error } = entry
  if (status >= 300 && status < 400) return carriedBack(entry) ?? 'a redirect'
  if (error !== undefined) return status >= 400 && entry.method === 'GET' ? `an error page: ${error}` : `the page again: ${error}`
  return status === 200 ? headingOf(entry) : statusOf(entry)
}

/** What the page that was answered calls itself. */
function headingOf({ response_body }: JournalEntry): string {
  const [, heading] = /<h1[^>]*>([^<]{1,60})<\/h1>/.exec(response_body ?? '') ?? []
  return heading === undefined
    ? 'a page'
    : `page “${heading.replaceAll(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)}”`
}

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }

/** What a redirect brings to the client. */
function carriedBack({ response_headers }: JournalEntry): string | undefined {
  const { location } = response_headers
  if (typeof location !== 'string') return undefined
  const query = queryOf(location)
  if (query.error !== undefined) return query.error
  const names = ['code', 'access_token', 'id_token', 'response', 'state'].filter((name) => query[name] !== undefined)
  return names.length === 0 ? undefined : names.join(', ')
}

/** What a grant type is in words. */
export const grantNames: Readonly<Record<string, string>> = {
  authorization_code: 'Authorization code',
  refresh_token: 'Refresh',
  client_credentials: 'Client credentials',
  password: 'Password',
  [deviceCodeType]: 'Device code',
  [cibaType]: 'Backchannel (CIBA)',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'JWT bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'Token exchange',
}

const asked: Readonly<Record<string, string>> = {
  authorization_code: 'Redeems the code',
  refresh_token: 'Refreshes',
  client_credentials: 'Asks by itself',
  password: 'Sends username and password',
  [deviceCodeType]: 'Asks whether the user has decided',
  [cibaType]: 'Asks whether the user has decided',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'Sends an assertion',
  'urn:ietf:params:oauth:grant-type:token-exchange': 'Exchanges a token',
}

function asks(entry: JournalEntry): string {
  switch (entry.endpoint) {
    case 'token':
      return ownValue(asked, entry.grant_type ?? '') ?? `Asks for tokens: ${entry.grant_type ?? 'no grant_type'}`
    case 'revocation':
      return 'Revokes a token'
    case 'introspection':
      return 'Asks about a token'
    case 'device_authorization':
      return 'Asks for a device code'
    case 'par':
      return 'Pushes its request'
    default:
      return `${entry.method} ${pathOf(entry)}`
  }
}

const tokenNames = ['access_token', 'refresh_token', 'id_token', 'user_code', 'auth_req_id', 'request_uri']

function gets(entry: JournalEntry): string {
  const { status, error, endpoint, response_body } = entry
  if (error !== undefined) return endpoint === 'token' ? error : `${status} ${error}`
  if (endpoint === 'token' || endpoint === 'device_authorization' || endpoint === 'par' || endpoint === 'authorize') {
    const members = membersOf(response_body)
    const names = tokenNames.filter((name) => typeof members[name] === 'string')
    if (names.length > 0) return names.map((name) => name.replaceAll('_', ' ')).join(', ')
  }
  return statusOf(entry)
}

function pathOf({ url }: JournalEntry): string {
  const path = url.split('?', 1)[0] ?? url
  return path.length > 40 ? `${path.slice(0, 39)}…` : path
}
