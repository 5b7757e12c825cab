import type { JournalEntry } from '../../sandbox/journal.ts'
import { exchangesBy, type Play, trafficIn } from '../play.ts'
import type { Armed, Scenario, Step } from '../scenario.ts'
import { type Asked, answerOf, text } from '../traffic.ts'
import { notExercised, type Verdict } from '../verdict.ts'

/** A login, after which the access token expires and the API is called. */
export const expiring = (...more: readonly Step[]): Scenario => ({
  title: 'A login and calls of the API',
  wants: 'success',
  needs: ['call_api'],
  steps: [{ do: 'login' }, { expire: 'access' }, ...more],
})

export const call: Step = { do: 'call_api' }

/** A fault at refreshes alone. */
export const atRefresh = (fault: Omit<Armed, 'endpoint'>): Step => ({ arm: [{ endpoint: 'token', grant_type: 'refresh_token', ...fault }] })

/** The token requests that refresh, oldest first. */
export function refreshes(play: Play): Asked[] {
  return exchangesBy(play, 'refresh_token')
}

export const sentToken = ({ sent }: Asked) => text(sent, 'refresh_token')
export const endOf = ({ at_ms, duration_ms }: JournalEntry) => at_ms + duration_ms
export const entriesOf = (asked: readonly Asked[]) => asked.map(({ entry }) => entry)

/** Why nothing can be said of refreshes; undefined when something can. */
export function unseen(play: Play): Verdict | undefined {
  const hasToken = trafficIn(play).exchanges.some(({ entry }) => text(answerOf(entry), 'refresh_token') !== undefined)
  if (!hasToken) return notExercised('unused', 'The client gets no refresh token.')
  // By the client's calls, or by its being asked at all: an app may know by its clock that its token ended.
  const isAsked = play.moments.some(({ task }) => task.do === 'call_api')
  return isAsked ? undefined : notExercised('not-told', 'Nobody had the client call an API.')
}

/** For what needs a refresh before it can be looked at. */
export function whenRefreshed(play: Play, judge: (first: Asked, all: readonly Asked[]) => Verdict): Verdict {
  const all = refreshes(play)
  const [first] = all
  return unseen(play) ?? (first === undefined ? notExercised('unused', 'The client never refreshed.') : judge(first, all))
}
