import type { ArmedRule } from '../armed-rule.ts'
import { notDelivered } from '../judging.ts'
import { callbacksIn, exchangesOf, isIn, type Play, seenIn } from '../play.ts'
import { web } from '../profiles.ts'
import type { Scenario } from '../scenario.ts'
import type { Ability, Way } from '../tasks.ts'
import { type Exhibit, exhibits, failed, notExercised, passed, type Verdict } from '../verdict.ts'

const group = 'callback'

/** A login that a browser of grantbox's own goes through in its own way. */
const by = (way: Way, ...needs: readonly Ability[]): Scenario => ({
  title: 'A login',
  wants: 'success',
  needs: ['browser', ...needs],
  steps: [{ do: 'login', way }],
})

/** The first answer of the provider, and the requests that sent its code. */
function evidenceIn(play: Play): { sent: number; evidence: readonly Exhibit[] } | undefined {
  const [first] = callbacksIn(play)
  if (first === undefined) return undefined
  const sent = exchangesOf(play, first.answer.get('code')).map(({ entry }) => entry)
  return { sent: sent.length, evidence: exhibits(first.entry, sent) }
}

/** A judge of what was seen once an answer had come. */
const seeing =
  (judge: (play: Play, evidence: readonly Exhibit[], sent: number) => Verdict): ArmedRule['judge'] =>
  (play) => {
    const found = evidenceIn(play)
    return found === undefined ? notDelivered('no answer was sent to the redirect URI') : judge(play, found.evidence, found.sent)
  }

const boundToBrowser: ArmedRule = {
  id: 'callback-bound-to-browser',
  level: 'must',
  group,
  profiles: ['oauth2', 'oauth2.1', 'oidc', 'mcp', 'fapi2'],
  source: 'RFC 9700 §4.7.1',
  why: 'An attacker sends his own answer to a victim’s browser, which is then signed in as the attacker: a state that the process keeps, and no browser, does not see it.',
  mend: 'Keep pending sign-ins in the session of the browser that began them, not in a map of the process.',
  scenarios: [by('callback_elsewhere', 'signed_in')],
  judge: seeing((play, evidence) => {
    const { elsewhere } = seenIn(play)
    if (elsewhere === undefined) return notExercised('not-told', 'Nobody said whether the other browser was signed in.')
    if (elsewhere === true) return failed('signal', 'The answer came in another browser, which is signed in now.', evidence)
    if (isIn(play) === false)
      return failed('signal', 'The answer came in another browser, and the first one could not go on any more.', evidence)
    return passed('signal', 'Nobody was signed in in the other browser, and the first one could go on.', evidence)
  }),
}

const prefetch: ArmedRule = {
  id: 'callback-prefetch',
  level: 'hint',
  group,
  profiles: ['oauth2', 'oauth2.1', 'oidc'],
  source: 'RFC 9110 §9.2.1',
  why: 'Browsers, mail scanners and chat programs look at an address before anybody goes there: the code is gone when the user comes.',
  mend: 'Answer HEAD, and requests with `Sec-Purpose: prefetch`, with 204 at the callback.',
  scenarios: [by('prefetch')],
  judge: seeing((play, evidence, sent) => {
    const { status } = seenIn(play)
    const isWrong = isIn(play) === false || (typeof status === 'number' && status >= 400)
    if (sent > 0 && isWrong) return failed('signal', 'The code was used up before the user came.', evidence)
    if (sent === 0) return notDelivered('no code was sent to the token endpoint')
    return passed('wire', 'A HEAD and a prefetch did not use the code up.', evidence)
  }),
}

const twoTabs: ArmedRule = {
  id: 'callback-two-tabs',
  level: 'should',
  group,
  profiles: web,
  source: 'RFC 6749 §4.1.1',
  why: 'Who opens two tabs, or begins again because a page was slow, cannot sign in at all.',
  mend: 'Keep pending sign-ins by their `state`, several for each session.',
  timing: true,
  scenarios: [by('two_tabs', 'signed_in')],
  judge: seeing((play, evidence) =>
    isIn(play) === true
      ? passed('signal', 'Of two sign-ins that were begun, one finished.', evidence)
      : failed('signal', 'Two sign-ins were begun, and neither finished.', evidence),
  ),
}

const textEscaped: ArmedRule = {
  id: 'callback-text-escaped',
  level: 'must',
  group,
  profiles: web,
  source: 'RFC 6749 §4.1.2.1 and OWASP on cross-site scripting',
  why: 'Whoever makes a link to the callback writes scripts into the app.',
  mend: 'Escape what the answer says; better, have words of your own for each error code.',
  scenarios: [by('text_in_error')],
  judge: seeing((play, evidence) => {
    const { html, line } = seenIn(play)
    if (html !== true) return notExercised('unused', 'No HTML came back.')
    return line === undefined
      ? passed('signal', 'What the answer said stands in the page as text, or not at all.', evidence)
      : failed('signal', `What the answer said is HTML in the page: ${line}`, evidence)
  }),
}

const returnsHome: ArmedRule = {
  id: 'callback-returns-home',
  level: 'must',
  group,
  profiles: web,
  source: 'RFC 9700 §4.11.1',
  why: 'A link to the app’s own sign-in leads to a page of somebody else, who asks for the password once more.',
  mend: 'Take paths alone: parse them against your own origin, and compare.',
  scenarios: [by('return_to', 'return_to')],
  judge: (play) => {
    const { strayed_to, trouble } = seenIn(play)
    const evidence = evidenceIn(play)?.evidence ?? []
    if (strayed_to !== undefined)
      return failed('signal', `Asked to go to ${strayed_to} afterwards, the app sent the browser there.`, evidence)
    if (trouble !== undefined) return notExercised('no-login', String(trouble))
    return passed('signal', 'None of three addresses of a stranger was gone to.', evidence)
  },
}

const sessionRenewed: ArmedRule = {
  id: 'callback-session-renewed',
  level: 'should',
  group,
  profiles: ['oauth2', 'oauth2.1', 'oidc'],
  source: 'RFC 6819 §4.4.1.6 and OWASP on session fixation',
  why: 'Who put a session’s id into a browser before the sign-in is in that session afterwards.',
  mend: 'Make a new session id when somebody signs in (`session.regenerate` and the like).',
  scenarios: [by('same_session', 'signed_in')],
  judge: seeing((play, evidence) => {
    const deciding = cookiesIn(seenIn(play).kept)
    const kept = deciding.filter(({ same }) => same)
    if (kept.length > 0)
      return failed('signal', `The cookie ${kept.map(({ name }) => name).join(', ')} is the one of before the sign-in.`, evidence)
    if (!deciding.some(({ existed }) => existed))
      return notExercised('unused', 'No cookie of before the sign-in decides whether somebody is in.')
    const open = deciding.filter(({ http_only }) => !http_only).map(({ name }) => name)
    const beside = open.length > 0 ? ` Scripts can read ${open.join(', ')}: it is not HttpOnly.` : ''
    return passed('signal', `The cookie that decides is a new one since the sign-in.${beside}`, evidence)
  }),
}

interface Deciding {
  name: string
  existed: boolean
  same: boolean
  http_only: boolean
}

function cookiesIn(kept: unknown): Deciding[] {
  return Array.isArray(kept) ? kept : []
}

/** What only a browser in one's own hand can try at the callback. */
export const callbackByBrowser: readonly ArmedRule[] = [boundToBrowser, prefetch, twoTabs, textEscaped, returnsHome, sessionRenewed]
