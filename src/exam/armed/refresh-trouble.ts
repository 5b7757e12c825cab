import type { ArmedRule } from '../armed-rule.ts'
import { callsWith, isIn, shown, struck, trafficIn } from '../play.ts'
import { type Armed, ifNeeded } from '../scenario.ts'
import { answerOf } from '../traffic.ts'
import { exhibits, failed, notExercised, passed } from '../verdict.ts'

import { atRefresh, call, entriesOf, expiring, sentToken, whenRefreshed } from './refreshing.ts'

const group = 'refresh'

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
  // Most clients try again at the next call; one that keeps to Retry-After has to be waited for.
  scenarios: outages.map((fault) =>
    expiring(atRefresh(fault), call, call, ...(fault.drop === true ? [] : [ifNeeded, { wait: 1100 }, call])),
  ),
  judge: (play) =>
    whenRefreshed(play, (first, all) => {
      const deed = struck(play, 'token')[0] ?? first.entry
      const again = all.find(({ entry }) => entry.id > deed.id)
      const asked = trafficIn(play).authorizations.find(({ entry }) => entry.id > deed.id)
      if (asked !== undefined) {
        return failed('wire', 'A refresh was not answered, and a new sign-in began.', exhibits(deed, [asked.entry]))
      }
      if (again !== undefined && sentToken(again) === sentToken(first) && again.entry.status === 200) {
        return passed(
          'wire',
          'The refresh was not answered, and the same token brought new ones afterwards.',
          exhibits(deed, [again.entry]),
        )
      }
      return failed('wire', 'A refresh was not answered, and the refresh token was never used again.', exhibits(deed))
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

/** What a client does when a refresh is refused, not answered, or about somebody else. */
export const refreshTrouble: readonly ArmedRule[] = [idToken, invalidGrantEnds, outageKeepsSession, lostAnswer]
