import type { Endpoint } from '../oauth/model/endpoint.ts'
import type { Client, User } from '../oauth/model/records.ts'
import type { JournalEntry } from '../sandbox/journal.ts'
import type { Profile } from './profiles.ts'
import type { Outgoing, Scenario } from './scenario.ts'
import type { Ability, Task } from './tasks.ts'
import { type Asked, answerOf, headerOf, ofClients, queryOf, type Traffic, text, tokenIn, trafficOf } from './traffic.ts'

/** What a driver says of the app when it did its task. */
export interface Signal {
  /** Whether the app let somebody in. */
  readonly signed_in?: boolean | undefined
  /** Whom it shows: a subject, a name or an address; null for nobody. */
  readonly user?: string | null | undefined
  /** What a browser of grantbox's own saw, by the way that it went. */
  readonly seen?: Readonly<Record<string, unknown>> | undefined
}

/** A task of the driver's, done. */
export interface Moment {
  readonly task: Task
  /** By the clock that nobody moves; milliseconds. */
  readonly from: number
  readonly to: number
  readonly signal: Signal | undefined
}

/** A request that came to where the client was sent and should not go. */
export interface Strayed {
  readonly at_ms: number
  readonly method: string
  /** The names of what it brought: members of the query and of the body, and `authorization`. */
  readonly members: readonly string[]
  /** All that it brought; no report has it. */
  readonly values: ReadonlySet<unknown>
}

/** A call that grantbox made of its own accord. */
export interface Sent {
  readonly what: Outgoing['send']
  /** What the client answered; undefined when nobody did. */
  readonly status: number | undefined
}

/** One scenario as it was played, for rules to judge. */
export interface Play {
  readonly scenario: Scenario
  readonly profiles: readonly Profile[]
  readonly abilities: ReadonlySet<Ability>
  readonly client: Client
  readonly people: { readonly alice: User; readonly mallory: User }
  /** The requests that belong to it, oldest first. */
  readonly entries: readonly JournalEntry[]
  readonly moments: readonly Moment[]
  readonly strayed: readonly Strayed[]
  /** When keys were fetched in the exam, in this scenario and before; by the clock that nobody moves, milliseconds. */
  readonly keys_at: readonly number[]
  readonly sent: readonly Sent[]
  /** How long the exam waits for what clients do by the machine's clock; milliseconds. */
  readonly patience_ms: number
  /** The last honest run before it. */
  readonly control: Play | undefined
  /** How long nothing had come when it ended; milliseconds. */
  readonly quiet_ms: number
}

const none: Omit<Traffic, 'client'> = {
  isByTheBook: true,
  entries: [],
  authorizations: [],
  exchanges: [],
  anonymous: [],
  tokens: new Map(),
}

const read = new WeakMap<readonly JournalEntry[], Traffic>()

/** The requests as its client's; what came without a name is left out. */
export function trafficIn({ entries, client }: Pick<Play, 'entries' | 'client'>): Traffic {
  const known = read.get(entries)
  if (known !== undefined) return known
  const found = trafficOf(ofClients(entries), () => client, true).get(client.client_id) ?? { ...none, client }
  read.set(entries, found)
  return found
}

/** Requests that a fault struck. */
export function struck(play: Play, endpoint?: Endpoint): JournalEntry[] {
  return play.entries.filter((entry) => entry.fault !== undefined && (endpoint === undefined || entry.endpoint === endpoint))
}

/** The first answer that a fault made and that the client got. */
export function deedOf(play: Play, endpoint?: Endpoint): JournalEntry | undefined {
  return struck(play, endpoint).find(wasDelivered)
}

/** Whether the answer went to somebody who was still there. */
export function wasDelivered(entry: JournalEntry): boolean {
  return entry.status !== 0
}

/** An answer of the authorization endpoint on its way to the client. */
export interface Callback {
  readonly entry: JournalEntry
  readonly answer: URLSearchParams
}

/** The answers that were sent to the client by way of the browser, errors too. */
export function callbacksIn({ entries }: Pick<Play, 'entries'>): Callback[] {
  return entries.flatMap((entry) => {
    if (entry.endpoint !== 'authorize' && entry.endpoint !== 'device') return []
    const { location } = entry.response_headers
    if (typeof location !== 'string') return []
    const answer = new URLSearchParams(location.replace(/^[^?#]*[?#]?/, '').replace('#', '&'))
    for (const [name, value] of Object.entries(formOf(entry))) answer.set(name, String(value))
    return ['code', 'error', 'id_token', 'access_token', 'response', 'state'].some((name) => answer.has(name)) ? [{ entry, answer }] : []
  })
}

function formOf(entry: JournalEntry): object {
  const { form } = entry.driver === 'control' ? answerOf(entry) : {}
  return typeof form === 'object' && form !== null ? form : {}
}

/** Token requests that brought a code. */
export function exchangesOf(play: Play, code: string | null | undefined): Asked[] {
  return code == null ? [] : trafficIn(play).exchanges.filter(({ sent }) => text(sent, 'code') === code)
}

/** Token requests of a grant type. */
export function exchangesBy(play: Play, grant_type: string): Asked[] {
  return trafficIn(play).exchanges.filter(({ sent }) => text(sent, 'grant_type') === grant_type)
}

/** Token requests that brought a device code. */
export function devicePolls(play: Pick<Play, 'entries' | 'client'>): Asked[] {
  return trafficIn(play).exchanges.filter(({ sent }) => text(sent, 'device_code') !== undefined)
}

/** Calls of userinfo and of APIs. */
export function callsIn({ entries }: Pick<Play, 'entries'>): JournalEntry[] {
  return entries.filter(({ endpoint }) => endpoint === 'userinfo' || endpoint === 'api')
}

/** Calls that brought an access token. */
export function callsWith(play: Pick<Play, 'entries'>, token: unknown): JournalEntry[] {
  if (typeof token !== 'string' || token === '') return []
  return callsIn(play).filter((entry) => tokenIn(headerOf(entry, 'authorization')) === token || queryOf(entry).access_token === token)
}

/** The token request that an honest client makes after its callback, when it was answered with tokens. */
export function firstTokens(play: Play): JournalEntry | undefined {
  return exchangesBy(play, 'authorization_code').find(({ entry }) => entry.status === 200)?.entry
}

/** What came while a task was done. */
export function during(entries: readonly JournalEntry[], { from, to }: Moment): JournalEntry[] {
  return entries.filter(({ at_ms }) => at_ms >= from && at_ms <= to)
}

/** How long its tasks took; milliseconds. */
export function tookOf({ moments }: Play): number {
  return moments.reduce((sum, { from, to }) => sum + to - from, 0)
}

/** What the driver said of its last task: what it said of the ones before is not how it is now. */
export function signalOf({ moments }: Pick<Play, 'moments'>): Signal | undefined {
  return moments.at(-1)?.signal
}

/** What a browser of grantbox's own saw last. */
export function seenIn({ moments }: Pick<Play, 'moments'>): Readonly<Record<string, unknown>> {
  return signalOf({ moments })?.seen ?? {}
}

/** Whom the app shows, as far as anybody told; `somebody` for one who is neither. */
export function shown({ moments, people }: Pick<Play, 'moments' | 'people'>): 'alice' | 'mallory' | 'somebody' | 'nobody' | undefined {
  const { user, signed_in } = signalOf({ moments }) ?? {}
  if (typeof user === 'string' && user !== '') {
    const is = ({ user_id, username, email }: User) => [user_id, username, email].some((name) => name?.toLowerCase() === user.toLowerCase())
    return is(people.mallory) ? 'mallory' : is(people.alice) ? 'alice' : 'somebody'
  }
  if (signed_in === false || user === null) return 'nobody'
  return undefined
}

/** Whether somebody is in, as far as anybody told. */
export function isIn(play: Pick<Play, 'moments' | 'people'>): boolean | undefined {
  const { signed_in } = signalOf(play) ?? {}
  if (signed_in !== undefined) return signed_in
  const who = shown(play)
  return who === undefined ? undefined : who !== 'nobody'
}
