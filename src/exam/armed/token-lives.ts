import type { JournalEntry } from '../../sandbox/journal.ts'
import type { ArmedRule } from '../armed-rule.ts'
import { notDelivered } from '../judging.ts'
import { callsIn, callsWith, deedOf, during, firstTokens, isIn, type Play, trafficIn } from '../play.ts'
import type { Scenario, Step } from '../scenario.ts'
import { answerOf, text } from '../traffic.ts'
import { exhibits, failed, notExercised, passed, type Verdict } from '../verdict.ts'

const group = 'token'

/** A login and two calls, then a third when the token is at its end. */
const calling = (first: Step, end: Step): Scenario => ({
  title: 'A login and calls of the API',
  wants: 'success',
  needs: ['call_api'],
  steps: [first, { do: 'login' }, { do: 'call_api', times: 2 }, end, { do: 'call_api' }],
})

const saying = (expires_in: unknown) => calling({ arm: [{ endpoint: 'token', patch: { expires_in }, times: 0 }] }, { expire: 'access' })

const unused = notExercised('unused', 'The app calls no API with its token.')

/** What came before the token's end, and afterwards; undefined as long as that is not over. */
function halves(play: Play): { before: JournalEntry[]; after: JournalEntry[] } | undefined {
  const [login, calls, last] = play.moments
  if (login === undefined || calls === undefined || last === undefined) return undefined
  return { before: during(play.entries, { ...calls, from: login.from }), after: during(play.entries, last) }
}

const isRefresh = ({ endpoint, grant_type }: JournalEntry) => endpoint === 'token' && grant_type === 'refresh_token'

/** What the client made of an answer about the token's life: the token is used until it is refused, and then replaced. */
function bearsLife(play: Play, what: string): Verdict {
  const deed = deedOf(play, 'token') ?? firstTokens(play)
  if (deed === undefined) return notDelivered('no tokens were asked for')
  const [login] = play.moments
  if (login !== undefined && isIn({ ...play, moments: [login] }) === false) {
    return failed('signal', `${what}, and nobody is signed in.`, exhibits(deed))
  }
  const seen = halves(play)
  if (seen === undefined) return notExercised('no-login', 'The driver did not come to the end.')
  const { before, after } = seen
  const [early, again] = before.filter(isRefresh)
  if (early !== undefined && again !== undefined) {
    return failed('wire', `${what}, and the token was refreshed at each call.`, exhibits(deed, before.filter(isRefresh)))
  }
  if (callsIn({ entries: before }).length === 0) return unused
  const calls = callsIn({ entries: after })
  const refreshes = after.filter(isRefresh)
  if (answerOf(deed).refresh_token === undefined) return passed('wire', `${what}, and the token was used.`, exhibits(deed, calls))
  if (calls.length === 0 && refreshes.length === 0) return notDelivered('no call came when the token had ended')
  if (refreshes.length === 0) return failed('wire', `${what}, and no refresh came when it was refused.`, exhibits(deed, calls))
  if (refreshes.length > 2) return failed('wire', `${what}, and ${refreshes.length} refreshes came at its end.`, exhibits(deed, refreshes))
  if (!calls.some(({ status }) => status === 200)) {
    return failed('wire', `${what}, and no call with the new token came.`, exhibits(deed, [...refreshes, ...calls]))
  }
  return passed('wire', `${what}: the token was used, and refreshed when it was at its end.`, exhibits(deed, refreshes))
}

const absent: ArmedRule = {
  id: 'expires-in-absent',
  level: 'must',
  group,
  source: 'RFC 6749 §5.1',
  why: 'What is missing becomes NaN, “never” or “always”: tokens that nobody replaces, or a refresh for each call.',
  mend: 'No number means: until an API says 401.',
  scenarios: [saying(null)],
  judge: (play) => bearsLife(play, 'The answer did not say how long the token lives'),
}

const odd: ArmedRule = {
  id: 'expires-in-odd',
  level: 'hint',
  group,
  profiles: ['oauth2'],
  source: 'RFC 6749 §5.1; vendors say text, 0 and enormous numbers',
  why: 'A text is appended to the time, 0 makes a storm of refreshes, and timers that overflow fire at once.',
  mend: '`Number.isFinite`, a limit at both ends, and 401 as the judge.',
  scenarios: ['3600', 0, 1e15].map(saying),
  judge(play) {
    const deed = deedOf(play, 'token')
    return bearsLife(play, `The token lives ${JSON.stringify(deed === undefined ? '' : answerOf(deed).expires_in)} seconds by its answer`)
  },
}

const lies: ArmedRule = {
  id: 'expires-in-lies',
  level: 'should',
  group,
  profiles: ['oauth2'],
  source: 'RFC 6750 §3.1',
  why: 'Servers end tokens before their time: calls fail until the time that the answer had promised.',
  mend: 'A 401 with `invalid_token` is an end of the token like any other.',
  scenarios: [calling({ set: { reported_expires_in: 3600, access_token_ttl: 300 } }, { advance: 360_000 })],
  judge: (play) => bearsLife(play, 'The token ended before the time that its answer had said'),
}

const narrowed: ArmedRule = {
  id: 'scope-narrowed',
  level: 'should',
  group,
  source: 'RFC 6749 §3.3 and §5.1',
  why: 'The user gave less than was asked for, and the app calls again and again what it may not.',
  mend: 'Keep the `scope` of the answer beside the token, and ask for more when it is needed.',
  scenarios: [
    {
      title: 'A login and calls of the API',
      wants: 'success',
      needs: ['call_api'],
      steps: [
        { arm: [{ endpoint: 'authorize', granted_scope: 'openid' }] },
        { do: 'login' },
        { arm: (['userinfo', 'api'] as const).map((endpoint) => ({ endpoint, error: 'insufficient_scope', times: 0 })) },
        { do: 'call_api', times: 3 },
      ],
    },
  ],
  judge(play) {
    const deed = firstTokens(play)
    const asked = trafficIn(play).authorizations.flatMap(({ sent }) => (text(sent, 'scope') ?? '').split(' '))
    if (!asked.includes('openid') || asked.length < 2)
      return notExercised('unused', 'The client asks for no scope of which a part could be given.')
    if (deed === undefined || answerOf(deed).scope !== 'openid') return notDelivered('no tokens for less came')
    const [, last] = play.moments
    const tried = callsWith(play, answerOf(deed).access_token).filter(({ status }) => status === 403)
    const again = trafficIn(play).authorizations.filter(({ entry }) => entry.at_ms > deed.at_ms)
    if (tried.length > 1) return failed('wire', `What the scope does not allow was called ${tried.length} times.`, exhibits(deed, tried))
    if (last === undefined) return notExercised('no-login', 'The driver did not come to the end.')
    const evidence = exhibits(deed, [...tried, ...again.map(({ entry }) => entry)])
    if (tried.length === 0 && again.length === 0) return passed('silence', 'What the scope does not allow was not called.', evidence)
    return passed('wire', 'What the scope does not allow was called once at most.', evidence)
  },
}

/** How long a token lives, and what it allows. */
export const tokenLives: readonly ArmedRule[] = [absent, odd, lies, narrowed]
