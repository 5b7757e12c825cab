import type { JournalEntry } from '../../sandbox/journal.ts'
import type { ArmedRule } from '../armed-rule.ts'
import { callsIn, exchangesBy, type Play, signalOf, trafficIn } from '../play.ts'
import type { Scenario, Step } from '../scenario.ts'
import { answerOf, bodyOf, queryOf, text } from '../traffic.ts'
import { exhibits, failed, notExercised, passed, type Verdict } from '../verdict.ts'

const group = 'logout'

const signingOut = (...more: readonly Step[]): Scenario => ({
  title: 'A login and a logout',
  wants: 'success',
  needs: ['logout', ...(more.length > 0 ? (['call_api'] as const) : [])],
  steps: [{ do: 'login' }, { do: 'logout' }, ...more],
})

/** One logout, at which several rules look. */
const plain = signingOut()

/** The token request that signed the user in. */
function whenIn(play: Play, judge: (login: JournalEntry) => Verdict): Verdict {
  const login = trafficIn(play).exchanges.find(({ entry }) => entry.status === 200)
  return login === undefined ? notExercised('no-login', 'Nobody logged in.') : judge(login.entry)
}

const revokes: ArmedRule = {
  id: 'logout-revokes',
  level: 'should',
  group,
  source: 'RFC 7009, RFC 9700 §4.14',
  why: 'A refresh token that nobody needs any more works on for whoever finds it.',
  mend: 'Revoke the refresh token, then forget it; do not make the user wait for that.',
  scenarios: [plain],
  judge: (play) =>
    whenIn(play, (login) => {
      const token = text(answerOf(login), 'refresh_token')
      if (token === undefined) return notExercised('unused', 'The client gets no refresh token.')
      const asked = play.entries.filter(({ endpoint }) => endpoint === 'revocation')
      const right = asked.find((entry) => bodyOf(entry).token === token)
      if (right !== undefined) return passed('wire', 'The refresh token was revoked.', exhibits(login, [right]))
      return failed(
        'silence',
        `The user signed out, and the refresh token was not revoked${asked.length > 0 ? ', but another' : ''}.`,
        exhibits(login, asked),
      )
    }),
}

const endsSession: ArmedRule = {
  id: 'logout-ends-session',
  level: 'should',
  group,
  profiles: ['oidc'],
  source: 'OpenID Connect RP-Initiated Logout §2',
  why: 'At the next click on “sign in” the provider lets the user in again unasked, on whosever machine that is.',
  mend: 'Send the browser to `end_session_endpoint`, with the ID token as `id_token_hint`.',
  scenarios: [plain],
  judge: (play) =>
    whenIn(play, (login) => {
      const [ended] = play.entries.filter(({ endpoint }) => endpoint === 'end_session')
      if (ended === undefined) return failed('silence', 'The user signed out, and the provider was not told.', exhibits(login))
      const sent = { ...queryOf(ended), ...bodyOf(ended) }
      if (ended.status >= 400) return failed('wire', 'The provider was told to sign out, and refused.', exhibits(login, [ended]))
      return sent.id_token_hint === undefined && sent.client_id === undefined
        ? failed('wire', 'The provider was told to sign out, and not for whom.', exhibits(login, [ended]))
        : passed('wire', 'The browser was sent to sign out at the provider.', exhibits(login, [ended]))
    }),
}

const final: ArmedRule = {
  id: 'logout-final',
  level: 'must',
  group,
  source: 'RFC 6749 §10.3, RFC 9700 §4.14',
  why: 'Who signed out is not signed out: a timer or another tab goes on in his name.',
  mend: 'Stop timers such as silent renewal, and clear every store and tab.',
  scenarios: [signingOut({ do: 'call_api' })],
  judge: (play) =>
    whenIn(play, (login) => {
      const out = play.moments.find(({ task }) => task.do === 'logout')
      if (out === undefined) return notExercised('not-told', 'Nobody had the client sign out.')
      const late = [...callsIn(play), ...exchangesBy(play, 'refresh_token').map(({ entry }) => entry)].filter(({ at_ms }) => at_ms > out.to)
      if (late.length > 0) return failed('wire', 'After the user signed out, his tokens were used.', exhibits(login, late))
      const isTold = signalOf(play) !== undefined
      return passed(isTold ? 'signal' : 'silence', 'After the user signed out, an action of the app used no token of his.', exhibits(login))
    }),
}

/** What a client does when its user signs out. */
export const logout: readonly ArmedRule[] = [revokes, endsSession, final]
