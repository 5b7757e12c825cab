import type { ArmedRule } from '../armed-rule.ts'
import { notDelivered, refusedIt, withControl } from '../judging.ts'
import { callsIn, callsWith, deedOf, isIn, type Play, seenIn, struck, trafficIn } from '../play.ts'
import { saysRule } from '../registry.ts'
import { loginUnder } from '../scenario.ts'
import { answerOf, sharing, text } from '../traffic.ts'
import { exhibits, failed, notExercised, passed } from '../verdict.ts'
import { seconds } from '../words.ts'

const group = 'token'

const noRepeatRefused: ArmedRule = {
  ...saysRule('token-no-repeat-refused'),
  group,
  scenarios: [loginUnder('refusal', { endpoint: 'token', error: 'invalid_grant', times: 0 })],
  judge(play) {
    const deed = deedOf(play, 'token')
    if (deed === undefined) return notDelivered('no tokens were asked for')
    const [same] = sharing(trafficIn(play).exchanges, ({ sent }) => text(sent, 'code') ?? text(sent, 'refresh_token'))
    if (same !== undefined) {
      const message = `What was refused with invalid_grant was sent ${same.length} times.`
      return failed(
        'wire',
        message,
        exhibits(
          undefined,
          same.map(({ entry }) => entry),
        ),
      )
    }
    return refusedIt(play, deed, 'What was refused was not sent again')
  },
}

const redirectNotFollowed: ArmedRule = {
  id: 'token-redirect-not-followed',
  level: 'must',
  group,
  source: 'RFC 6749 §5.1 and RFC 9700 §4.12',
  why: 'Code, verifier and secret go to whatever host the redirect names.',
  mend: 'Follow no redirect in requests of the protocol (`redirect: "manual"` or `"error"`).',
  scenarios: [307, 308].map((status) => loginUnder('refusal', { endpoint: 'token', status, headers: { Location: '{stranger}/token' } })),
  judge(play) {
    const deed = deedOf(play, 'token')
    if (deed === undefined) return notDelivered('no tokens were asked for')
    const [strayed] = play.strayed
    if (strayed === undefined) return refusedIt(play, deed, `The redirect (${deed.status}) was not followed`)
    const brought = strayed.members.length === 0 ? 'nothing' : strayed.members.join(', ')
    const message = `The redirect (${deed.status}) was followed to another host, by ${strayed.method} with ${brought}.`
    return failed('wire', message, withControl(play, exhibits(deed)))
  },
}

const typeUnknown: ArmedRule = {
  id: 'token-type-unknown',
  level: 'must',
  group,
  source: 'RFC 6749 §7.1',
  why: 'A token of another type is not for a Bearer header: it is shown to somebody who should never see it.',
  mend: 'Accept `bearer`, and `DPoP` where you use it.',
  scenarios: ['mac', null].map((token_type) => loginUnder('refusal', { endpoint: 'token', patch: { token_type } })),
  judge(play) {
    const deed = deedOf(play, 'token')
    if (deed === undefined) return notDelivered('no tokens were asked for')
    const type = answerOf(deed).token_type ?? 'none'
    const [used] = callsWith(play, answerOf(deed).access_token)
    if (used !== undefined) return failed('wire', `The token type was ${type}, and the token was used as Bearer.`, exhibits(deed, [used]))
    if (isIn(play) === true) return notExercised('unused', 'The client uses no access token to sign somebody in.')
    return refusedIt(play, deed, `The token type was ${type}, and the token was not used`)
  },
}

const errorIn200: ArmedRule = {
  id: 'token-error-200',
  level: 'must',
  group,
  profiles: ['oauth2'],
  source: 'RFC 6749 §5.1; several vendors answer so',
  why: 'An app that looks at the status alone goes on without a token, and asks the API with “Bearer undefined”.',
  mend: 'Require `access_token`, and that it is text.',
  scenarios: [loginUnder('refusal', { endpoint: 'token', status: 200, body: { error: 'bad_verification_code' } })],
  judge: (play) => noTokens(play, 'The answer said error with status 200'),
}

const malformed: ArmedRule = {
  id: 'token-malformed',
  level: 'must',
  group,
  source: 'RFC 6749 §5.1',
  why: 'A proxy in between says HTML, or cuts an answer: an app that does not expect that crashes, or shows its insides.',
  mend: 'Catch it, say “try again”, and log status and type.',
  scenarios: (['html', 'truncated', 'empty'] as const).map((flaw) => loginUnder('refusal', { endpoint: 'token', malformed: flaw })),
  judge(play) {
    const { text: page, trouble } = seenIn(play)
    const deed = deedOf(play, 'token')
    if (deed !== undefined && trouble !== undefined) return failed('signal', `The app answers no more: ${trouble}`, exhibits(deed))
    if (deed !== undefined && hasStack(page)) return failed('signal', 'The app answered with the stack of an exception.', exhibits(deed))
    return noTokens(play, 'The answer was not what a token endpoint says')
  },
}

/** How languages write where a program was. */
function hasStack(page: unknown): boolean {
  return typeof page === 'string' && /\bat .{1,200}:\d+:\d+|Traceback \(most recent|\.java:\d+\)|goroutine \d+ \[/.test(page)
}

/** For an answer that has no tokens: nothing is called with what is none. */
function noTokens(play: Play, what: string) {
  const deed = deedOf(play, 'token')
  if (deed === undefined) return notDelivered('no tokens were asked for')
  const [call] = callsIn(play).filter(({ at_ms }) => at_ms >= deed.at_ms)
  if (call !== undefined) return failed('wire', `${what}, and an API was called all the same.`, exhibits(deed, [call]))
  return refusedIt(play, deed, what)
}

/** What a person bears. */
const longest_ms = 45_000

const timeout: ArmedRule = {
  id: 'token-timeout',
  level: 'should',
  group,
  source: 'RFC 9110 §9.2.2',
  why: 'A server that hangs takes all connections, threads and users of the app with it.',
  mend: 'Give up after 10 s with an error that can be tried again; few libraries do by themselves.',
  scenarios: [loginUnder('success', { endpoint: 'token', delay_ms: longest_ms })],
  judge(play) {
    const [deed] = struck(play, 'token')
    if (deed === undefined) return notDelivered('no tokens were asked for')
    if (deed.waited_ms !== undefined) return passed('wire', `The client gave up after ${seconds(deed.waited_ms)}.`, exhibits(deed))
    const level = deed.duration_ms < longest_ms ? 'hint' : undefined
    return failed('wire', `The client was still waiting after ${seconds(deed.duration_ms)}.`, exhibits(deed), level)
  },
}

/** What the token endpoint says in answer to a code; what waits by the machine's clock comes last. */
export const tokenAnswers: readonly ArmedRule[] = [noRepeatRefused, redirectNotFollowed, typeUnknown, errorIn200, malformed, timeout]
