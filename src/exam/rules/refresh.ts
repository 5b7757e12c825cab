import type { JournalEntry } from '../../sandbox/journal.ts'
import { finding, type Rule } from '../rule.ts'
import { type Asked, answerOf, sharing, type Traffic, text } from '../traffic.ts'
import { without, withoutRefresh } from '../unseen.ts'

/** How long after its successor was answered a token may still be sent by a call that ran beside; milliseconds. */
const beside = 2000

const end = ({ at_ms, duration_ms }: JournalEntry) => at_ms + duration_ms

/** Uses of one refresh token, two by two: the first that was answered, and each later one. */
function repeats({ exchanges }: Traffic): { first: Asked; next: Asked }[] {
  const refreshes = exchanges.filter(({ sent }) => sent.grant_type === 'refresh_token')
  return sharing(refreshes, ({ sent }) => text(sent, 'refresh_token')).flatMap(([first, ...later]) =>
    first === undefined ? [] : later.map((next) => ({ first, next })),
  )
}

/** Whether the answer brought another token in its place. */
function brought({ entry, sent }: Asked): boolean {
  const successor = entry.status === 200 ? text(answerOf(entry), 'refresh_token') : undefined
  return successor !== undefined && successor !== text(sent, 'refresh_token')
}

const both = (pairs: readonly { first: Asked; next: Asked }[]) => pairs.flatMap(({ first, next }) => [first.entry, next.entry])

const singleFlight: Rule = {
  id: 'refresh-single-flight',
  level: 'must',
  source: 'RFC 9700 §4.14.2',
  why: 'A server that rotates takes the second use for theft and revokes the grant: the user is signed out.',
  mend: 'Keep the promise of the running refresh and wait for it; across tabs and servers take a lock by session.',
  unseen: without('No refresh token was sent twice: calls came one after the other.', repeats),
  find: (traffic) => {
    const parallel = repeats(traffic).filter(({ first, next }) => {
      const gap = next.entry.at_ms - end(first.entry)
      return gap < 0 || (brought(first) && gap < beside)
    })
    return finding(both(parallel), 'One refresh token was sent in several requests at once.')
  },
}

const keepsNewest: Rule = {
  id: 'refresh-keeps-newest',
  level: 'must',
  source: 'RFC 6749 §6',
  why: 'The old token is refused, or taken for a stolen one.',
  mend: 'Store the refresh token of the answer before the call goes on.',
  unseen: without(
    'Tokens were not refreshed twice.',
    ({ exchanges }) => exchanges.filter(({ sent }) => sent.grant_type === 'refresh_token'),
    2,
  ),
  find: (traffic) => {
    const stale = repeats(traffic).filter(({ first, next }) => brought(first) && next.entry.at_ms - end(first.entry) >= beside)
    return finding(both(stale), 'A refresh token was sent although another one had come in its place.')
  },
}

const scope: Rule = {
  id: 'refresh-scope',
  level: 'should',
  source: 'RFC 6749 §6',
  why: 'The refresh is refused, although the token is good.',
  mend: 'Leave `scope` out of the refresh.',
  unseen: withoutRefresh,
  find: ({ exchanges }) =>
    finding(
      exchanges
        .filter(({ entry, sent }) => sent.grant_type === 'refresh_token' && entry.reason === 'scope_not_granted')
        .map(({ entry }) => entry),
      'A refresh asked for more scope than was granted.',
    ),
}

/** What share of a token's life sees more refreshes than are needed, and how many those are. */
const often = { share: 0.2, times: 3 }

/** Refreshes that were answered, one after the other, of a grant that no API refused meanwhile. */
function tooOften({ exchanges, entries }: Traffic): JournalEntry[] {
  const answered = exchanges.filter(({ entry, sent }) => sent.grant_type === 'refresh_token' && entry.status === 200)
  const refused = entries.filter(({ endpoint, status }) => endpoint !== 'token' && status === 401)
  return [...Map.groupBy(answered, ({ entry }) => entry.grant_id).values()].flatMap((ofGrant) =>
    ofGrant.flatMap(({ entry: first }, index) => {
      const course = ofGrant.slice(index, index + often.times).map(({ entry }) => entry)
      const last = course[often.times - 1]
      const { expires_in } = answerOf(first)
      if (last === undefined || typeof expires_in !== 'number') return []
      const within = often.share * expires_in * 1000
      // A clock that was moved lets tokens end early, so both have to say so.
      const isSoon = last.time - first.time < within && last.at_ms - first.at_ms < within
      const isInLine = course.every((one, i) => i === 0 || one.at_ms >= end(course[i - 1] ?? one))
      const wasRefused = refused.some(({ id }) => id > first.id && id < last.id)
      return isSoon && isInLine && !wasRefused ? course : []
    }),
  )
}

const whenNeeded: Rule = {
  id: 'refresh-when-needed',
  level: 'should',
  source: 'RFC 6749 §1.5',
  why: 'Each call waits for a refresh, and servers limit how often they are asked.',
  mend: 'Keep the token until its end, with a minute of margin, or until an API says 401.',
  unseen: withoutRefresh,
  find: (traffic) => finding(tooOften(traffic), 'A token was refreshed three times within a fifth of its life, and no API had refused it.'),
}

/** How refresh tokens are used (RFC 6749 §6). */
export const refresh: readonly Rule[] = [singleFlight, keepsNewest, whenNeeded, scope]
