import type { ArmedRule } from '../armed-rule.ts'
import { callsWith, trafficIn } from '../play.ts'
import { saysRule } from '../registry.ts'
import { answerOf, text } from '../traffic.ts'
import { exhibits, failed, notExercised, passed } from '../verdict.ts'
import { seconds } from '../words.ts'
import { refreshTrouble } from './refresh-trouble.ts'
import { atRefresh, call, endOf, entriesOf, expiring, refreshes, sentToken, unseen, whenRefreshed } from './refreshing.ts'

const group = 'refresh'

const singleFlight: ArmedRule = {
  ...saysRule('refresh-single-flight'),
  group,
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
  ...saysRule('refresh-keeps-newest'),
  group,
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
  ...saysRule('refresh-when-needed'),
  group,
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
export const refresh: readonly ArmedRule[] = [whenNeeded, after401, keepsNewest, keepsOld, noneGiven, singleFlight, ...refreshTrouble]
