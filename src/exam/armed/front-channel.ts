import type { ArmedRule } from '../armed-rule.ts'
import { callbackOf, notDelivered, refusedIt, withControl } from '../judging.ts'
import { callsWith, exchangesOf, type Play, trafficIn } from '../play.ts'
import { loginUnder } from '../scenario.ts'
import { text } from '../traffic.ts'
import { exhibits, failed, notExercised, type Verdict } from '../verdict.ts'

/** An ID token that came by the browser, and does not fit the code or the access token beside it. */
export const atHash: ArmedRule = {
  id: 'id-token-at-hash',
  level: 'must',
  group: 'id_token',
  profiles: ['oidc'],
  source: 'OpenID Connect Core §3.2.2.9 and §3.3.2.11',
  why: 'What comes by the browser can be put together from several sign-ins: the ID token of one, and the code or token of another.',
  mend: 'Compute `c_hash` of the code and `at_hash` of the access token, and compare them before either is used.',
  scenarios: (['wrong_c_hash', 'wrong_at_hash'] as const).map((id_token) => loginUnder('refusal', { endpoint: 'authorize', id_token })),
  judge,
}

function judge(play: Play): Verdict {
  const types = trafficIn(play).authorizations.map(({ sent }) => text(sent, 'response_type') ?? '')
  if (!types.some((type) => type.split(' ').includes('id_token'))) {
    return notExercised('unused', 'ID tokens come from the token endpoint alone.')
  }
  const deed = callbackOf(play)
  if (deed === undefined) return notDelivered('no answer was sent to the redirect URI')
  const isCode = play.scenario.steps.some((step) => 'arm' in step && step.arm.some(({ id_token }) => id_token === 'wrong_c_hash'))
  const beside = deed.answer.get(isCode ? 'code' : 'access_token')
  if (beside === null) return notExercised('unused', `No ${isCode ? 'code' : 'access token'} comes beside the ID token.`)
  const [used] = isCode ? exchangesOf(play, beside).map(({ entry }) => entry) : callsWith(play, beside)
  const what = isCode ? 'The code was not that of the ID token beside it' : 'The access token was not that of the ID token beside it'
  if (used !== undefined) return failed('wire', `${what}, and was used.`, withControl(play, exhibits(deed.entry, [used])))
  return refusedIt(play, deed.entry, what)
}
