import type { JournalEntry } from '../../sandbox/journal.ts'
import type { ArmedRule } from '../armed-rule.ts'
import { callsWith, exchangesBy, isIn, type Play, shown, struck, trafficIn } from '../play.ts'
import type { Armed, Scenario, Step } from '../scenario.ts'
import { type Asked, answerOf, text } from '../traffic.ts'
import { exhibits, failed, notExercised, passed, type Verdict } from '../verdict.ts'
import { seconds } from '../words.ts'

const group = 'refresh'

/** A login, after which the access token expires and the API is called. */
const expiring = (...more: readonly Step[]): Scenario => ({
  title: 'A login and calls of the API',
  wants: 'success',
  needs: ['call_api'],
  steps: [{ do: 'login' }, { expire: 'access' }, ...more],
})

const call: Step = { do: 'call_api' }

/** A fault at refreshes alone. */
const atRefresh = (fault: Omit<Armed, 'endpoint'>): Step => ({ arm: [{ endpoint: 'token', grant_type: 'refresh_token', ...fault }] })

/** The token requests that refresh, oldest first. */
function refreshes(play: Play): Asked[] {
  return exchangesBy(play, 'refresh_token')
}

const sentToken = ({ sent }: Asked) => text(sent, 'refresh_token')
const endOf = ({ at_ms, duration_ms }: JournalEntry) => at_ms + duration_ms
const entriesOf = (asked: readonly Asked[]) => asked.map(({ entry }) => entry)

/** Why nothing can be said of refreshes; undefined when something can. */
function unseen(play: Play): Verdict | undefined {
  const hasToken = trafficIn(play).exchanges.some(({ entry }) => text(answerOf(entry), 'refresh_token') !== undefined)
  if (!hasToken) return notExercised('unused', 'The client gets no refresh token.')
  // By the client's calls, or by its being asked at all: an app may know by its clock that its token ended.
  const isAsked = play.moments.some(({ task }) => task.do === 'call_api')
  return isAsked ? undefined : notExercised('not-told', 'Nobody had the client call an API.')
}

/** For what needs a refresh before it can be looked at. */
function whenRefreshed(play: Play, judge: (first: Asked, all: readonly Asked[]) => Verdict): Verdict {
  const all = refreshes(play)
  const [first] = all
  return unseen(play) ?? (first === undefined ? notExercised('unused', 'The client never refreshed.') : judge(first, all))
}

const singleFlight: ArmedRule = {
  id: 'refresh-single-flight',
  level: 'must',
  group,
  source: 'RFC 9700 §4.14.2',
  why: 'A refresh token that comes twice looks stolen: the server revokes the grant, and everybody is signed out.',
  mend: 'Keep the promise of the refresh that is under way and have all others wait for it; across tabs and servers, take a lock by session.',
  timing: true,
  scenarios: [
    {
      ...expiring(atRefresh({ delay_ms: 200, times: 0 }), { do: 'call_api', times: 8, at_once: true }),
      needs: ['call_api', 'at_once'],
      steps: [
        { set: { rotation: 'strict' } },
        { do: 'login' },
        { expire: 'access' },
        atRefresh({ delay_ms: 200, times: 0 }),
        { do: 'call_api', times: 8, at_once: true },
      ],
    },
  ],
  judge: (play) =>
    whenRefreshed(play, (first, all) => {
      const twice = all.filter((one) => sentToken(one) === sentToken(first))
      const took = seconds((twice.at(-1)?.entry.at_ms ?? 0) - first.entry.at_ms)
      return twice.length > 1
        ? failed('wire', `One refresh token was sent ${twice.length} times within ${took}.`, exhibits(undefined, entriesOf(twice)))
        : passed('wire', 'Eight calls at once after expiry led to one refresh.', exhibits(first.entry))
    }),
}

const keepsNewest: ArmedRule = {
  id: 'refresh-keeps-newest',
  level: 'must',
  group,
  source: 'RFC 6749 §6',
  why: 'The old token works once at most servers; its second use ends the session.',
  mend: 'Store the refresh token that came before the call goes on.',
  scenarios: [
    {
      ...expiring(call, { expire: 'access' }, call),
      steps: [{ set: { rotation: 'lenient' } }, ...expiring(call, { expire: 'access' }, call).steps],
    },
  ],
  judge: (play) =>
    whenRefreshed(play, (first, [, second]) => {
      if (second === undefined) return notExercised('unused', 'The client refreshed once.')
      const isOld = sentToken(second) === sentToken(first)
      const evidence = exhibits(first.entry, [second.entry])
      return isOld
        ? failed('wire', 'The second refresh sent the token of the first, not the one that came in its place.', evidence)
        : passed('wire', 'The second refresh sent the token that the first had brought.', evidence)
    }),
}

const keepsOld: ArmedRule = {
  id: 'refresh-keeps-old',
  level: 'must',
  group,
  source: 'RFC 6749 §6',
  why: 'A server may leave the old refresh token in use and name none; who erases it then signs his users out.',
  mend: 'Keep `new ?? old`.',
  scenarios: [
    {
      ...expiring(),
      steps: [
        { set: { rotation: 'off' } },
        { do: 'login' },
        { expire: 'access' },
        atRefresh({ patch: { refresh_token: null }, times: 0 }),
        call,
        { expire: 'access' },
        call,
      ],
    },
  ],
  judge: (play) =>
    whenRefreshed(play, (first, [, second]) => {
      if (second !== undefined && sentToken(second) === sentToken(first)) {
        return passed('wire', 'The next refresh sent the old token again.', exhibits(first.entry, [second.entry]))
      }
      const what = second === undefined ? 'no other refresh came' : 'the next refresh sent another'
      return failed('wire', `A refresh was answered without a refresh token, and ${what}.`, exhibits(first.entry, second && [second.entry]))
    }),
}

const whenNeeded: ArmedRule = {
  id: 'refresh-when-needed',
  level: 'should',
  group,
  source: 'RFC 6749 §6, RFC 9700 §4.14.2',
  why: 'Each refresh is a request more and a chance to lose the session.',
  mend: 'Ask the clock, with a minute’s margin, and refresh at a 401.',
  scenarios: [
    {
      title: 'A login and calls of the API',
      wants: 'success',
      needs: ['call_api'],
      steps: [{ do: 'login' }, { do: 'call_api', times: 4 }],
    },
  ],
  judge: (play) => {
    const all = refreshes(play)
    const found = unseen(play)
    if (found !== undefined) return found
    return all.length > 2
      ? failed(
          'wire',
          `${all.length} refreshes came of four calls, and the access token had an hour to live.`,
          exhibits(undefined, entriesOf(all)),
        )
      : passed('wire', `Four calls with a fresh token led to ${all.length} refreshes.`, exhibits(undefined, entriesOf(all)))
  },
}

const after401: ArmedRule = {
  id: 'refresh-after-401',
  level: 'must',
  group,
  source: 'RFC 6750 §3.1',
  why: 'Tokens end before their time: who does not refresh then shows an error, or sends his user to sign in for nothing.',
  mend: 'One interceptor: at a 401, refresh, and repeat the call once.',
  scenarios: [expiring(call)],
  judge: (play) => {
    const found = unseen(play)
    if (found !== undefined) return found
    const refused = play.entries.filter(({ endpoint, status }) => (endpoint === 'userinfo' || endpoint === 'api') && status === 401)
    const [deed] = refused
    const [refresh] = refreshes(play)
    if (deed === undefined) {
      return refresh === undefined
        ? notExercised('unused', 'No call with the expired token came.')
        : passed('wire', 'The client refreshed before it called.', exhibits(refresh.entry))
    }
    if (refresh === undefined) return failed('silence', 'A call was refused with 401, and no refresh followed.', exhibits(deed))
    const renewed = text(answerOf(refresh.entry), 'access_token')
    const repeats = callsWith(play, renewed)
    const stale = refused.filter(({ at_ms }) => at_ms > endOf(refresh.entry))
    if (stale.length > 0)
      return failed('wire', 'After the refresh the old token was sent again.', exhibits(deed, [refresh.entry, ...stale]))
    if (repeats.length === 0) return failed('wire', 'The client refreshed and did not repeat the call.', exhibits(deed, [refresh.entry]))
    if (repeats.length > 2) return failed('wire', `The call was repeated ${repeats.length} times.`, exhibits(deed, repeats))
    return passed('wire', 'A call was refused, the client refreshed, and called again.', exhibits(deed, [refresh.entry, ...repeats]))
  },
}

const invalidGrantEnds: ArmedRule = {
  id: 'refresh-invalid-grant-ends',
  level: 'must',
  group,
  source: 'RFC 6749 §5.2',
  why: 'A token that was refused is refused again: the app hammers the server, and its user sees nothing but errors.',
  mend: 'Clear the session at `invalid_grant`, and at that alone, and ask the user to sign in.',
  scenarios: [
    {
      title: 'A login and calls of the API',
      wants: 'success',
      needs: ['call_api'],
      steps: [{ do: 'login' }, { revoke: true }, call, call],
    },
  ],
  judge: (play) =>
    whenRefreshed(play, (first, all) => {
      const again = all.filter((one) => sentToken(one) === sentToken(first))
      if (again.length > 1) {
        return failed('wire', `A refused refresh token was sent ${again.length} times.`, exhibits(undefined, entriesOf(again)))
      }
      const dead = play.entries.filter(({ endpoint, status }) => (endpoint === 'userinfo' || endpoint === 'api') && status === 401)
      if (dead.length > 3) return failed('wire', `${dead.length} calls with the dead access token came.`, exhibits(first.entry, dead))
      return passed('wire', 'The token was refused once, and not sent again.', exhibits(first.entry))
    }),
}

const outages: readonly Omit<Armed, 'endpoint'>[] = [
  { status: 503, headers: { 'Retry-After': '1' } },
  { status: 429, headers: { 'Retry-After': '1' } },
  { drop: true },
]

const outageKeepsSession: ArmedRule = {
  id: 'refresh-outage-keeps-session',
  level: 'must',
  group,
  source: 'RFC 6749 §5.2, RFC 9110 §15.6.4',
  why: 'Half a second of outage at the provider signs out all who refresh in it.',
  mend: 'Tell *refused* (`invalid_grant`) from *not answered*: keep the token, and try it again later.',
  scenarios: outages.map((fault) => expiring(atRefresh(fault), call, ...(fault.drop === true ? [] : [{ wait: 1100 }]), call)),
  judge: (play) =>
    whenRefreshed(play, (first, all) => {
      const deed = struck(play, 'token')[0] ?? first.entry
      const again = all.find(({ entry }) => entry.id > deed.id)
      if (again !== undefined && sentToken(again) === sentToken(first) && again.entry.status === 200) {
        return passed(
          'wire',
          'The refresh was not answered, and the same token brought new ones afterwards.',
          exhibits(deed, [again.entry]),
        )
      }
      const asked = trafficIn(play).authorizations.find(({ entry }) => entry.id > deed.id)
      const what = asked === undefined ? 'the refresh token was never used again' : 'a new sign-in began'
      return failed('wire', `A refresh was not answered, and ${what}.`, exhibits(deed, asked && [asked.entry]))
    }),
}

const lostAnswer: ArmedRule = {
  id: 'refresh-lost-answer',
  level: 'hint',
  group,
  source: 'RFC 9700 §4.14.2',
  why: 'The server has rotated the token and its answer is lost: who gives up has lost the session though the server would give it once more.',
  mend: 'Send the same token again once, and ask your provider for a grace period.',
  scenarios: [
    {
      ...expiring(),
      steps: [{ set: { rotation: 'strict', rotation_grace: 30 } }, ...expiring(atRefresh({ drop: 'after' }), call, call).steps],
    },
  ],
  judge: (play) => outageKeepsSession.judge(play),
}

const idToken: ArmedRule = {
  id: 'refresh-id-token',
  level: 'must',
  group,
  profiles: ['oidc'],
  source: 'OpenID Connect Core §12.2',
  why: 'Tokens of another user take the place of those of this one.',
  mend: 'Compare `iss` and `sub` of an ID token from a refresh with those of the first.',
  scenarios: [{ ...expiring(atRefresh({ id_token: 'other_subject', id_token_user: 'mallory' }), call), canary: true }],
  judge: (play) =>
    whenRefreshed(play, (first) => {
      const answer = answerOf(first.entry)
      if (answer.id_token === undefined) return notExercised('unused', 'A refresh brings no ID token here.')
      const [used] = callsWith(play, answer.access_token)
      if (shown(play) === 'mallory')
        return failed('canary', 'A refresh brought an ID token of mallory, and the app shows mallory.', exhibits(first.entry))
      if (used !== undefined) {
        return failed(
          'wire',
          'A refresh brought an ID token of another user, and the tokens beside it were used.',
          exhibits(first.entry, [used]),
        )
      }
      const by = isIn(play) === undefined ? 'silence' : 'signal'
      return passed(by, 'A refresh brought an ID token of another user, and its tokens were not used.', exhibits(first.entry))
    }),
}

const noneGiven: ArmedRule = {
  id: 'refresh-none-given',
  level: 'should',
  group,
  source: 'RFC 6749 §1.5',
  why: 'A refresh token is the server’s to give: without one, a client that counts on it loops or never signs in.',
  mend: 'Without a refresh token, work until the access token ends, then ask the user to sign in.',
  scenarios: [
    {
      title: 'A login and calls of the API',
      wants: 'success',
      needs: ['call_api'],
      steps: [{ do: 'login', username: 'norefresh' }, call, { expire: 'access' }, call],
    },
  ],
  judge: (play) => {
    const { authorizations, exchanges } = trafficIn(play)
    const [login] = exchanges
    if (login === undefined) return notExercised('no-login', 'Nobody logged in.')
    const [asked] = refreshes(play)
    if (asked !== undefined)
      return failed('wire', 'No refresh token was given, and a refresh was tried.', exhibits(login.entry, [asked.entry]))
    if (authorizations.length > 3)
      return failed('wire', `${authorizations.length} sign-ins began.`, exhibits(login.entry, entriesOf(authorizations)))
    const signal = play.moments[0]?.signal?.signed_in
    if (signal === false) return failed('signal', 'No refresh token was given, and nobody is signed in.', exhibits(login.entry))
    return passed(signal === true ? 'signal' : 'wire', 'No refresh token was given, and none was sent.', exhibits(login.entry))
  },
}

/** What a client does with its refresh token. */
export const refresh: readonly ArmedRule[] = [
  whenNeeded,
  after401,
  keepsNewest,
  keepsOld,
  noneGiven,
  singleFlight,
  idToken,
  invalidGrantEnds,
  outageKeepsSession,
  lostAnswer,
]
