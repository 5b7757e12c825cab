/**
 * In this room: rules that show when something is done to a client, one file for each group: what is done, as data, and a pure function that
 * judges what was seen.
 * Elsewhere: rules that any traffic shows (`../rules/`), and how scenarios are played (`../run/`).
 */

import type { ArmedRule } from '../armed-rule.ts'
import { stopped, thrownAway } from '../judging.ts'
import { callbacksIn, exchangesOf, type Play, seenIn, trafficIn } from '../play.ts'
import { type Armed, loginUnder } from '../scenario.ts'
import { text } from '../traffic.ts'
import { exhibits, failed, notExercised, passed } from '../verdict.ts'

/** A login of which the answer at the redirect URI is spoiled. */
const spoiled = (callback: NonNullable<Armed['callback']>) => loginUnder('refusal', { endpoint: 'authorize', callback })

const group = 'callback'

/** The request of the browser with a member. */
const asksWith = (play: Play, name: string) => trafficIn(play).authorizations.some(({ sent }) => text(sent, name) !== undefined)

const stateless = notExercised('unused', 'The client sends no state.')

/** Whether this server says who it is in its answers. */
const namesItself = ({ control }: Play) => control !== undefined && callbacksIn(control).some(({ answer }) => answer.has('iss'))

const nameless = notExercised('unused', 'This server does not say who it is in its answers.')

const stateMend = 'Compare `state` with what this browser’s session keeps, before anything else.'
const stateWhy = 'Anybody can have a browser open the callback with a code of his own: its user then works in the account of another.'

const stateWrong: ArmedRule = {
  id: 'callback-state-wrong',
  level: 'must',
  group,
  source: 'RFC 6749 §10.12',
  why: stateWhy,
  mend: stateMend,
  scenarios: [spoiled('wrong_state')],
  judge: (play) => (asksWith(play, 'state') ? thrownAway(play, 'The answer came with another state') : stateless),
}

const stateMissing: ArmedRule = {
  id: 'callback-state-missing',
  level: 'must',
  group,
  source: 'RFC 6749 §10.12',
  why: stateWhy,
  mend: 'An answer without `state` is wrong when one was sent: do not compare only if there is one.',
  scenarios: [spoiled('missing_state')],
  judge: (play) => (asksWith(play, 'state') ? thrownAway(play, 'The answer came without a state') : stateless),
}

const issWrong: ArmedRule = {
  id: 'callback-iss-wrong',
  level: 'must',
  group,
  source: 'RFC 9207 §2.4 and RFC 9700 §4.4',
  why: 'Of two providers, a dishonest one gets the codes of the honest one (mix-up).',
  mend: 'Compare `iss` with the issuer that this sign-in was begun at, before the code is sent.',
  scenarios: [spoiled('wrong_iss')],
  judge: (play) => (namesItself(play) ? thrownAway(play, 'The answer named another issuer') : nameless),
}

const issMissing: ArmedRule = {
  id: 'callback-iss-missing',
  level: 'must',
  group,
  profiles: ['oidc', 'mcp', 'fapi2'],
  source: 'RFC 9207 §2.4',
  why: 'Whoever mixes providers up leaves out what would show it.',
  mend: 'An absent `iss` is a wrong one when the metadata promises it (`authorization_response_iss_parameter_supported`).',
  scenarios: [spoiled('missing_iss')],
  judge: (play) => (namesItself(play) ? thrownAway(play, 'The answer came without its issuer') : nameless),
}

const errorWins: ArmedRule = {
  id: 'callback-error-wins',
  level: 'must',
  group,
  source: 'RFC 6749 §4.1.2.1',
  why: 'What the provider refused is taken for granted.',
  mend: 'Look for `error` first.',
  scenarios: [spoiled('code_and_error')],
  judge: (play) => thrownAway(play, 'The answer said error, and had a code'),
}

const codeMissing: ArmedRule = {
  id: 'callback-code-missing',
  level: 'must',
  group,
  source: 'RFC 6749 §4.1.2',
  why: 'The token endpoint is asked for nothing, or an old code is sent again.',
  mend: 'Refuse an answer that has neither a code nor an error.',
  scenarios: [spoiled('missing_code')],
  judge: (play) => {
    const [deed] = callbacksIn(play).filter(({ entry }) => entry.fault !== undefined)
    if (deed === undefined) return notExercised('not-delivered', 'No answer was sent to the redirect URI.')
    // A code that came later, because the client began again, is its own.
    const codes = callbacksIn(play).map(({ answer }) => answer.get('code'))
    const sent = trafficIn(play).exchanges.filter(({ sent }) => !codes.includes(text(sent, 'code') ?? ''))
    const [first] = sent
    if (first !== undefined) return failed('wire', 'The answer had no code, and a token request came.', exhibits(deed.entry, [first.entry]))
    return thrownAway(play, 'The answer had no code')
  },
}

const denied: ArmedRule = {
  id: 'callback-denied',
  level: 'must',
  group,
  source: 'RFC 6749 §4.1.2.1',
  why: 'Who said no is asked again and again, and cannot leave.',
  mend: 'Say what happened and show a button; never begin again by yourself.',
  scenarios: [loginUnder('refusal', { endpoint: 'authorize', error: 'access_denied', times: 0 })],
  judge: (play) => stopped(play, 'The user declined'),
}

const errorUnknown: ArmedRule = {
  id: 'callback-error-unknown',
  level: 'should',
  group,
  source: 'RFC 6749 §4.1.2.1',
  why: 'Providers have error codes of their own: an app that knows some of them alone goes on without a code, begins again, or crashes.',
  mend: 'Treat all errors alike, those that you do not know too.',
  scenarios: [
    loginUnder('refusal', {
      endpoint: 'authorize',
      error: 'consent_required_by_policy',
      error_description: 'A policy of this organisation asks for consent. '.repeat(40),
      times: 0,
    }),
  ],
  judge(play) {
    const verdict = stopped(play, 'The answer had an error that nobody knows')
    return verdict.verdict === 'passed' && seenIn(play).status === 500
      ? failed('signal', 'The answer had an error that nobody knows, and the app answered 500.', verdict.evidence)
      : verdict
  },
}

const once: ArmedRule = {
  id: 'callback-once',
  level: 'must',
  group,
  source: 'RFC 6749 §4.1.2',
  why: 'A reload, or a page that runs its effect twice, sends the code again, which costs the tokens of the first exchange.',
  mend: 'Delete the pending sign-in before the exchange; in React, exchange outside an effect or guard it.',
  scenarios: [{ title: 'A login', wants: 'success', needs: ['browser'], steps: [{ do: 'login', way: 'callback_twice' }] }],
  judge: (play) => {
    const [answer] = callbacksIn(play)
    if (answer === undefined) return notExercised('not-delivered', 'No answer was sent to the redirect URI.')
    const sent = exchangesOf(play, answer.answer.get('code')).map(({ entry }) => entry)
    if (sent.length > 1)
      return failed('wire', `One callback that came twice sent its code ${sent.length} times.`, exhibits(answer.entry, sent))
    return passed('wire', 'The callback came twice, and the code was sent once.', exhibits(answer.entry, sent))
  },
}

/** What comes at the redirect URI. */
export const callback: readonly ArmedRule[] = [
  stateWrong,
  stateMissing,
  issWrong,
  issMissing,
  errorWins,
  codeMissing,
  denied,
  errorUnknown,
  once,
]
