import type { JournalEntry } from '../../sandbox/journal.ts'
import type { ArmedRule } from '../armed-rule.ts'
import { notDelivered } from '../judging.ts'
import { callsIn, deedOf, exchangesBy, isIn, type Play, signalOf, trafficIn } from '../play.ts'
import type { Armed, Outgoing, Scenario, Step } from '../scenario.ts'
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

/** One logout as it should be, to compare with, and one of which the way back is wrong. */
const comingBack = (flaw: NonNullable<Armed['logout']>): Scenario => ({
  title: 'Two logins and logouts',
  wants: 'refusal',
  needs: ['logout', 'browser'],
  steps: [{ do: 'login' }, { do: 'logout' }, { arm: [{ endpoint: 'end_session', logout: flaw }] }, { do: 'login' }, { do: 'logout' }],
})

const stateCompared: ArmedRule = {
  id: 'logout-state',
  level: 'should',
  group,
  profiles: ['oidc', 'spa'],
  source: 'OpenID Connect RP-Initiated Logout §2 and §3',
  why: 'Whoever sends a browser to where sign-outs end has the app do what it does then: end another session, forget what was begun.',
  mend: 'Compare `state` with what this browser’s session keeps, as at a sign-in, before anything is done about it.',
  scenarios: [comingBack('wrong_state'), comingBack('missing_state')],
  judge: (play) => {
    const asked = play.entries
      .filter(({ endpoint }) => endpoint === 'end_session')
      .map((entry) => ({ ...queryOf(entry), ...bodyOf(entry) }))
    if (!asked.some(({ state }) => state !== undefined)) return notExercised('unused', 'The client sends no state when its user signs out.')
    const deed = deedOf(play, 'end_session')
    if (deed === undefined) return notDelivered('nobody was sent back from signing out')
    const [usual, then] = play.moments.flatMap(({ task, signal }) => (task.do === 'logout' ? [signal?.seen ?? {}] : []))
    if (then?.page === undefined) return notExercised('not-told', 'Nobody saw where the way back ended.')
    const isAsUsual = usual?.status === then.status && usual?.page === then.page
    return isAsUsual
      ? failed('signal', 'The way back came with another state or none, and the app answered as it always does.', exhibits(deed))
      : passed(
          'signal',
          'The way back came with another state or none, and the app answered otherwise than to the right one.',
          exhibits(deed),
        )
  },
}

/** Logout tokens that sign nobody out (Back-Channel Logout §2.6). */
const wrongTokens = ['alg_none', 'foreign_key', 'wrong_issuer', 'wrong_audience', 'missing_events', 'with_nonce'] as const

const told = (...sent: readonly Outgoing['send'][]): Scenario => ({
  title: 'A login and a call of the API',
  wants: 'success',
  needs: ['call_api', 'signed_in'],
  steps: [{ do: 'login' }, ...sent.map((send) => ({ send })), { do: 'call_api' }],
})

const backchannel: ArmedRule = {
  id: 'logout-backchannel',
  level: 'must',
  group,
  profiles: ['oidc', 'spa'],
  source: 'OpenID Connect Back-Channel Logout §2.6 to §2.8',
  why: 'Who signs out at the provider stays signed in at the app; or anybody signs others out there.',
  mend: 'Validate a logout token as an ID token, with `events` and without `nonce`; then end the sessions that it names.',
  unused: ({ client }) =>
    client.metadata.backchannel_logout_uri === undefined ? 'The client registered no address at which it is told of sign-outs.' : undefined,
  scenarios: [told(...wrongTokens), told('good_logout_token')],
  judge: (play) =>
    whenIn(play, (login) => {
      if (play.sent.length === 0) return notExercised('unused', 'The client gets no ID token.')
      const taken = play.sent.flatMap(({ what, status = 0 }) => (status >= 200 && status < 300 ? [what] : []))
      const isGood = play.sent.some(({ what }) => what === 'good_logout_token')
      const accepted = taken.length > 0 ? `, and those that it took were: ${taken.join(', ')}` : ''
      if (isIn(play) === undefined) return notExercised('not-told', 'Nobody said whether the user was still signed in.')
      if (isGood) {
        return isIn(play) === false
          ? passed('signal', 'The provider said that the user signed out, and he was out.', exhibits(login))
          : failed('signal', `The provider said that the user signed out, ${answered(play)}, and he is still in.`, exhibits(login))
      }
      return isIn(play) === true
        ? passed('signal', 'Logout tokens that were wrong signed nobody out.', exhibits(login))
        : failed('signal', `Of ${play.sent.length} logout tokens, all wrong, some signed the user out${accepted}.`, exhibits(login))
    }),
}

function answered({ sent: [first] }: Play): string {
  return first?.status === undefined ? 'nobody took it' : `the answer was ${first.status}`
}

/** What a client does when its user signs out. */
export const logout: readonly ArmedRule[] = [revokes, endsSession, stateCompared, backchannel, final]
