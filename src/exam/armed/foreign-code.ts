import type { ArmedRule } from '../armed-rule.ts'
import { callbackOf, notDelivered, refusedIt, withControl } from '../judging.ts'
import { callsWith, exchangesOf, isIn, type Play, shown, trafficIn } from '../play.ts'
import { loginUnder } from '../scenario.ts'
import { answerOf, text } from '../traffic.ts'
import { exhibits, failed, passed, type Verdict } from '../verdict.ts'

/** Instead of the user's own answer one with mallory's code comes: without a state, with a foreign one, and with the user's. */
const scenarios = (['foreign_code_missing_state', 'foreign_code_wrong_state', 'foreign_code'] as const).map((callback) =>
  loginUnder('refusal', { endpoint: 'authorize', callback, callback_user: 'mallory' }),
)

/** A code that somebody else's sign-in got, brought to the callback by the user's browser. */
export const foreignCode: ArmedRule = {
  id: 'callback-foreign-code',
  level: 'must',
  group: 'callback',
  source: 'RFC 9700 §4.5 and §4.7',
  why: 'The user works in the account of an attacker, who reads there what he leaves; or the attacker in the user’s, by a code that he stole.',
  mend: 'Check `state` and use PKCE: the first keeps the code from being sent, the second from working.',
  scenarios,
  judge,
}

function judge(play: Play): Verdict {
  const deed = callbackOf(play)
  if (deed === undefined) return notDelivered('no answer was sent to the redirect URI')
  const sent = exchangesOf(play, deed.answer.get('code'))
  const taken = sent.find(({ entry }) => entry.status === 200)
  const evidence = withControl(play, exhibits(deed.entry, taken ? [taken.entry] : sent.slice(0, 1).map(({ entry }) => entry)))
  if (shown(play) === 'mallory') return failed('canary', 'The app took mallory’s code, and shows mallory.', evidence)
  if (taken !== undefined) {
    const used = callsWith(play, answerOf(taken.entry).access_token)
    // The nonce in the ID token is mallory's: a client that compares it finds out late, and in time (RFC 9700 §2.1.1).
    if (!sentNonce(play) || isIn(play) === true || (isIn(play) === undefined && play.moments.length > 0 && used.length > 0)) {
      return failed('wire', 'The app took mallory’s code and got tokens for it.', evidence)
    }
    return passed(
      isIn(play) === false ? 'signal' : 'silence',
      'The code was exchanged, and nobody is signed in: its nonce was another.',
      evidence,
    )
  }
  // Who began again by himself, and is signed in as himself, was not harmed.
  if (shown(play) === 'alice') return passed('canary', 'The app shows alice, whose code was not the one that came.', evidence)
  if (sent.length > 0 && isIn(play) !== true) return passed('wire', 'The code was sent, and PKCE refused it.', evidence)
  return refusedIt(play, deed.entry, 'The code was not sent')
}

function sentNonce(play: Play): boolean {
  return trafficIn(play).authorizations.some(({ sent }) => text(sent, 'nonce') !== undefined)
}
