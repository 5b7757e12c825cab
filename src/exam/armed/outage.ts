import type { ArmedRule } from '../armed-rule.ts'
import { notDelivered, refusedIt } from '../judging.ts'
import { callbacksIn, exchangesBy, isIn, struck, trafficIn } from '../play.ts'
import { saysRule } from '../registry.ts'
import { loginUnder } from '../scenario.ts'
import { exhibits, failed, notExercised, passed } from '../verdict.ts'
import { seconds } from '../words.ts'

const group = 'outage'

/** What Retry-After asks for, and the least of it that counts as kept; milliseconds. */
const asked = 5
const least_ms = 4500

const retryBounded: ArmedRule = {
  id: 'outage-retry-bounded',
  level: 'must',
  group,
  source: 'RFC 9110 §10.2.3',
  why: 'A provider that comes back from an outage is brought down again by those who could not wait.',
  mend: 'Pauses that grow, with jitter, and never sooner than `Retry-After`; a code is better not sent again at all.',
  scenarios: [loginUnder('refusal', { endpoint: 'token', status: 503, headers: { 'Retry-After': String(asked) }, times: 0 })],
  judge: (play) => {
    const [deed, ...more] = exchangesBy(play, 'authorization_code').map(({ entry }) => entry)
    if (deed === undefined) return notDelivered('no token request came')
    const [next] = more
    if (more.length > 3)
      return failed('wire', `${more.length + 1} token requests came while the endpoint answered 503.`, exhibits(deed, more))
    if (next !== undefined && next.at_ms - deed.at_ms < least_ms) {
      return failed(
        'wire',
        `After Retry-After: ${asked} the next request came in ${seconds(next.at_ms - deed.at_ms)}.`,
        exhibits(deed, [next]),
      )
    }
    return refusedIt(play, deed, 'The token endpoint answered 503, and was not pressed')
  },
}

const drop: ArmedRule = {
  id: 'outage-drop',
  level: 'should',
  group,
  source: 'RFC 9110 §9.2.2',
  why: 'The app crashes, or hangs, where it should say “try again”.',
  mend: 'Catch failures of the network apart from refusals.',
  scenarios: [loginUnder('refusal', { endpoint: 'token', drop: true })],
  judge: (play) => {
    const [deed] = struck(play, 'token')
    if (deed === undefined) return notDelivered('no token request came')
    const trouble = play.moments.at(-1)?.signal?.seen?.trouble
    if (typeof trouble === 'string')
      return failed('signal', `The connection ended without an answer, and the app no longer answers: ${trouble}.`, exhibits(deed))
    return refusedIt(play, deed, 'The connection ended without an answer')
  },
}

const loop: ArmedRule = {
  ...saysRule('login-loop'),
  group,
  scenarios: ['temporarily_unavailable', 'server_error', 'login_required'].map((error) =>
    loginUnder('refusal', { endpoint: 'authorize', error, times: 0 }),
  ),
  judge: (play) => {
    const [deed] = callbacksIn(play).filter(({ answer }) => answer.has('error'))
    if (deed === undefined) return notDelivered('no error was sent to the redirect URI')
    const begun = trafficIn(play).authorizations.map(({ entry }) => entry)
    const took = (begun[2]?.at_ms ?? 0) - (begun[0]?.at_ms ?? 0)
    if (begun.length > 2 && took < 10_000) {
      return failed(
        'wire',
        `${deed.answer.get('error')}: ${begun.length} authorization requests of one browser came.`,
        exhibits(deed.entry, begun),
      )
    }
    return refusedIt(play, deed.entry, `${deed.answer.get('error')} began no other sign-in`)
  },
}

const discovery: ArmedRule = {
  id: 'outage-discovery',
  level: 'should',
  group,
  profiles: ['oidc', 'mcp', 'fapi2'],
  source: 'OpenID Connect Discovery §4, RFC 9110 §15.6.4',
  why: 'One failed request at the wrong moment, and nobody signs in until the app is started again.',
  mend: 'Keep what was fetched, never that it failed.',
  scenarios: [
    {
      title: 'Two logins',
      wants: 'success',
      needs: ['signed_in'],
      steps: [{ arm: [{ endpoint: 'discovery', status: 503 }] }, { do: 'login' }, { disarm: true }, { do: 'login' }],
    },
  ],
  judge: (play) => {
    const [deed] = struck(play, 'discovery')
    if (deed === undefined) return notExercised('unused', 'Discovery was not read again.')
    if (isIn(play) === true) return passed('signal', 'Discovery failed once, and the next login worked.', exhibits(deed))
    return failed('signal', 'Discovery failed once, and the next login failed, too.', exhibits(deed))
  },
}

/** What a client does when the provider is not there. */
export const outage: readonly ArmedRule[] = [loop, retryBounded, discovery, drop]
