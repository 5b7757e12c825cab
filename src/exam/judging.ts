import type { JournalEntry } from '../sandbox/journal.ts'
import { callbacksIn, callsWith, deedOf, devicePolls, exchangesBy, exchangesOf, isIn, type Play, shown, trafficIn } from './play.ts'
import { answerOf, headerOf } from './traffic.ts'
import { type Exhibit, exhibits, failed, notExercised, passed, type Verdict } from './verdict.ts'
import { seconds } from './words.ts'

/** The verdict on a client that did not do what it must not do: by what is told of the app, else by its silence. */
export function refusedIt(play: Play, deed: JournalEntry, what: string): Verdict {
  const evidence = withControl(play, exhibits(deed))
  const who = shown(play)
  if (who === 'mallory') return failed('canary', `${what}, and the app shows mallory.`, exhibits(deed))
  // A device goes on asking: then it is the later answer that it took.
  const again = deed.endpoint === 'token' ? devicePolls(play).find(({ entry }) => entry.at_ms > deed.at_ms && isGood(entry)) : undefined
  if (again !== undefined) return passed('wire', `${what}; the device asked again.`, exhibits(deed, [again.entry]))
  if (isIn(play) === true) {
    return who === 'alice' && play.scenario.canary === true
      ? passed('canary', `The app shows alice although mallory was offered: it does not read what was forged.`, evidence)
      : failed('signal', `${what}, and somebody is signed in all the same.`, exhibits(deed))
  }
  if (isIn(play) === false) return passed('signal', `${what}; the app says nobody.`, evidence)
  return passed('silence', `${what}: nothing more came in ${seconds(play.quiet_ms)}.`, evidence)
}

function isGood({ status, fault }: JournalEntry): boolean {
  return status === 200 && fault === undefined
}

/** For an answer at the callback that has to be thrown away: its code is not sent. */
export function thrownAway(play: Play, what: string): Verdict {
  const deed = callbackOf(play)
  if (deed === undefined) return notDelivered('no answer was sent to the redirect URI')
  const sent = exchangesOf(play, deed.answer.get('code'))
  const [first] = sent
  if (first !== undefined) {
    return failed('wire', `${what}, and its code was sent to the token endpoint.`, withControl(play, exhibits(deed.entry, [first.entry])))
  }
  // Whoever begins again by himself breaks another rule, and no one's code but his own was taken.
  const [other] = callbacksIn(play).flatMap(({ answer }) => exchangesOf(play, answer.get('code')))
  if (other !== undefined && shown(play) !== 'mallory') {
    return passed('wire', 'The code was not sent: the client began again.', withControl(play, exhibits(deed.entry, [other.entry])))
  }
  return refusedIt(play, deed.entry, 'The code was not sent')
}

/** The spoiled answer at the redirect URI. */
export function callbackOf(play: Play) {
  return callbacksIn(play).find(({ entry }) => entry.fault !== undefined)
}

/** For an error that the client is told at its callback: it says so and stops. */
export function stopped(play: Play, what: string): Verdict {
  const deed = deedOf(play, 'authorize')
  if (deed === undefined) return notDelivered('no authorization request came')
  const { authorizations, exchanges } = trafficIn(play)
  const [sent] = exchanges
  if (sent !== undefined) return failed('wire', `${what}, and a token request came.`, exhibits(deed, [sent.entry]))
  // What a person does by a click, a browser says so.
  const again = authorizations.find(({ entry }) => entry.id !== deed.id && headerOf(entry, 'sec-fetch-user') === '')
  if (again !== undefined) return failed('wire', `${what}, and the client began again by itself.`, exhibits(deed, [again.entry]))
  return refusedIt(play, deed, `${what}; the client stopped there`)
}

/** For a good answer at the callback that is unusual: its code has to be sent, as it came. */
export function answerTaken(play: Play, what: string): Verdict {
  const [deed] = callbacksIn(play)
  const code = deed?.answer.get('code')
  if (deed === undefined || code == null) return notDelivered('no answer was sent to the redirect URI')
  const [exchange] = exchangesOf(play, code)
  const evidence = withControl(play, exhibits(deed.entry, exchange === undefined ? [] : [exchange.entry]))
  if (exchange === undefined) {
    const [other] = exchangesBy(play, 'authorization_code')
    if (other === undefined) return failed('silence', `${what}, and no token request came in ${seconds(play.quiet_ms)}.`, evidence)
    const message = `${what}, and its code was not sent as it came: ${difference(code, String(other.sent.code ?? ''))}.`
    return failed('wire', message, exhibits(deed.entry, [other.entry]))
  }
  if (isIn(play) === false) return failed('signal', `${what}, and nobody is signed in.`, evidence)
  return passed('wire', `${what}, and its code was sent as it came.`, evidence)
}

/** Where two texts differ; what they are is nobody's business. */
function difference(sent: string, came: string): string {
  const at = [...sent].findIndex((character, index) => character !== came[index])
  if (at >= 0 && at < came.length && /\W/.test(sent[at] ?? '')) return `at character ${at + 1}, “${sent[at]}” became “${came[at]}”`
  return `${came.length} characters of ${sent.length} came, and number ${at + 1} is another`
}

/**
 * For an ID token that is wrong: neither it nor what came beside it is used.
 * @param isForgiven whether a client may look at userinfo before it refuses, as far as anybody told whom it shows
 */
export function idTokenRefused(play: Play, what: string, isForgiven = false): Verdict {
  const deed = deedOf(play, 'token')
  if (deed === undefined) return notDelivered('no tokens were asked for')
  if (answerOf(deed).id_token === undefined) return notExercised('unused', 'The client asks for no ID token.')
  const [first] = callsWith(play, answerOf(deed).access_token)
  const isExcused = shown(play) === 'alice' || (isForgiven && isIn(play) === false) || isUntold(play, isForgiven)
  if (first !== undefined && shown(play) !== 'mallory' && play.profiles.includes('oidc') && !isExcused) {
    return failed('wire', `${what}, and the access token beside it was used.`, withControl(play, exhibits(deed, [first])))
  }
  return refusedIt(play, deed, what)
}

/** Whether the driver is still at it, and will say what counts. */
function isUntold({ moments, abilities }: Play, isForgiven: boolean): boolean {
  return moments.length === 0 && (abilities.has('user') || (isForgiven && abilities.has('signed_in')))
}

/** For a good answer of the token endpoint that is unusual: it has to be taken. @param deed which one; the one that a fault made when absent */
export function borne(play: Play, what: string, deed = deedOf(play, 'token')): Verdict {
  if (deed === undefined) return notDelivered('no tokens were asked for')
  const used = callsWith(play, answerOf(deed).access_token)
  const evidence = withControl(play, exhibits(deed, used.slice(0, 1)))
  if (isIn(play) === true) return passed('signal', `${what}, and the user is signed in.`, evidence)
  if (isIn(play) === false) return failed('signal', `${what}, and nobody is signed in.`, evidence)
  if (used.length > 0) return passed('wire', `${what}, and the access token was used.`, evidence)
  if (play.control !== undefined && callsWithAny(play.control)) {
    return failed('silence', `${what}, and nothing came in ${seconds(play.quiet_ms)}; in the control the token was used.`, evidence)
  }
  return notExercised('not-told', 'The client calls nothing with its token, and nobody said whether the user was signed in.')
}

function callsWithAny({ entries }: Play): boolean {
  return entries.some(({ endpoint, grant_id }) => (endpoint === 'userinfo' || endpoint === 'api') && grant_id !== undefined)
}

/** For an ID token that is good and unusual. */
export function idTokenTaken(play: Play, what: string, deed = deedOf(play, 'token')): Verdict {
  return deed !== undefined && answerOf(deed).id_token === undefined
    ? notExercised('unused', 'The client asks for no ID token.')
    : borne(play, what, deed)
}

/** The deed's request never came. */
export function notDelivered(why: string): Verdict {
  return notExercised('not-delivered', `It could not be tried: ${why}.`)
}

/** The same request of the honest run is shown beside. */
export function withControl({ control }: Play, evidence: readonly Exhibit[]): Exhibit[] {
  const last = evidence.at(-1)?.entry
  const counterpart =
    last &&
    control?.entries.find(
      ({ endpoint, method, grant_type }) => endpoint === last.endpoint && method === last.method && grant_type === last.grant_type,
    )
  return counterpart === undefined ? [...evidence] : [...evidence, { role: 'control', entry: counterpart }]
}
