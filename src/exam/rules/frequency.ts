import type { JournalEntry } from '../../sandbox/journal.ts'
import { finding, type Rule } from '../rule.ts'
import { answerOf, headerOf, type Traffic, text } from '../traffic.ts'
import { without, withoutSignIn } from '../unseen.ts'

/** In how many sign-ins of one browser a loop shows, and within how long; milliseconds. */
const loop = { times: 3, within: 10_000 }

/** The browser that sent a request, by the cookie that the sandbox keeps there. */
function browserOf(entry: JournalEntry): string | undefined {
  return /\bgrantbox-[^=;]*-session=([^;]+)/.exec(headerOf(entry, 'cookie'))?.[1]
}

/** Whether a sign-in came to nothing: the client was told of an error, got no tokens, or an API refused them. */
function isFailure({ endpoint, status, response_headers: { location } }: JournalEntry): boolean {
  if (endpoint === 'authorize') return typeof location === 'string' && /[?&#]error=/.test(location)
  return endpoint === 'token' ? status >= 400 : (endpoint === 'userinfo' || endpoint === 'api') && status === 401
}

function loops({ authorizations, entries }: Traffic): JournalEntry[] {
  const failures = entries.filter(isFailure)
  // Who clicks begins by himself.
  const begun = authorizations.map(({ entry }) => entry).filter((entry) => headerOf(entry, 'sec-fetch-user') !== '?1')
  const groups = Map.groupBy(begun, browserOf)
  groups.delete(undefined)
  return [...groups.values()].flatMap((group) =>
    group.flatMap((first, index) => {
      const course = group.slice(index, index + loop.times)
      const last = course[loop.times - 1]
      if (last === undefined || last.at_ms - first.at_ms > loop.within) return []
      const allFailed = course.every((one, i) => {
        const next = course[i + 1]
        return next === undefined || failures.some(({ id }) => id >= one.id && id < next.id)
      })
      return allFailed ? course : []
    }),
  )
}

const loginLoop: Rule = {
  id: 'login-loop',
  level: 'must',
  source: 'RFC 6749 §4.1.2.1',
  why: 'The browser goes round and round, and its user never learns what is wrong.',
  mend: 'Show the error with a button to try again; where you begin anew by yourself, count it in the session.',
  unseen: withoutSignIn,
  find: (traffic) => finding(loops(traffic), 'An error made the client begin to sign in again by itself, several times.'),
}

/** Fetches of one document that are no storm, however few sign-ins there were. */
const few = 2

function fetchedTooOften({ anonymous, authorizations, exchanges }: Traffic): JournalEntry[] {
  const agents = new Set(exchanges.map(({ entry }) => headerOf(entry, 'user-agent')))
  const signIns = Math.max(authorizations.length, exchanges.filter(({ sent }) => sent.grant_type !== 'refresh_token').length)
  const fetched = anonymous.filter(
    (entry) => entry.endpoint === 'discovery' && entry.status === 200 && agents.has(headerOf(entry, 'user-agent')),
  )
  return [...Map.groupBy(fetched, ({ url }) => url).values()].filter(({ length }) => length > Math.max(few, signIns)).flat()
}

const discoveryCached: Rule = {
  id: 'discovery-cached',
  level: 'should',
  source: 'RFC 8414 §3.2, RFC 9111 §4',
  why: 'Each sign-in waits for it, and fails when it cannot be fetched.',
  mend: 'Keep the document for minutes to hours.',
  unseen: ({ anonymous }) => (anonymous.some(({ endpoint }) => endpoint === 'discovery') ? undefined : 'Discovery was not read.'),
  find: (traffic) => finding(fetchedTooOften(traffic), 'Discovery was read more often than somebody signed in.'),
}

/** Requests with an access token until which it is too early to say what a scope is for. */
const enough = 20
const lives = 3

const isCall = ({ endpoint }: JournalEntry) => endpoint === 'userinfo' || endpoint === 'api'

const scopeUsed: Rule = {
  id: 'request-scope-used',
  level: 'hint',
  source: 'RFC 9700 §2.3',
  why: 'Users agree to more than the app needs, and a refresh token lies about that nobody uses.',
  mend: 'Leave `offline_access` out, or ask for it when it is needed.',
  unseen: without('Too few calls came to tell.', ({ entries }) => entries.filter(isCall), enough),
  find: ({ authorizations, exchanges, entries }) => {
    const offline = authorizations.filter(({ sent }) => text(sent, 'scope')?.split(' ').includes('offline_access') === true)
    const calls = entries.filter(isCall)
    const [first, last] = [exchanges.find(({ entry }) => entry.status === 200)?.entry, entries.at(-1)]
    if (first === undefined || last === undefined || exchanges.some(({ sent }) => sent.grant_type === 'refresh_token')) return undefined
    const { expires_in } = answerOf(first)
    if (calls.length < enough || typeof expires_in !== 'number' || last.time - first.time < lives * expires_in * 1000) return undefined
    const asking = offline.map(({ entry }) => entry)
    return finding(asking, 'offline_access was asked for, and no token was ever refreshed.')
  },
}

/** How often a client asks for what, and for how much. */
export const frequency: readonly Rule[] = [loginLoop, discoveryCached, scopeUsed]
