import type { ArmedRule } from '../armed-rule.ts'
import { notDelivered } from '../judging.ts'
import { during, isIn, type Play, signalOf, struck, trafficIn } from '../play.ts'
import { loginUnder, pause, pauseOf, type Scenario } from '../scenario.ts'
import { exhibits, failed, notExercised, passed } from '../verdict.ts'
import { seconds } from '../words.ts'

const group = 'discovery'
const readers = ['oidc', 'mcp', 'fapi2'] as const

const at = (play: Play, endpoint: 'discovery' | 'jwks') => play.entries.filter((entry) => entry.endpoint === endpoint)

/** Whether the client ever asked for keys in an honest run, or in this. */
export const verifies = (play: Play) => at(play, 'jwks').length > 0 || (play.control !== undefined && at(play.control, 'jwks').length > 0)

const issuer: ArmedRule = {
  id: 'discovery-issuer',
  level: 'must',
  group,
  // Of MCP clients, mcp-metadata-issuer says it.
  profiles: ['oidc', 'fapi2'],
  source: 'OpenID Connect Discovery §4.3, RFC 8414 §3.3',
  why: 'A document that speaks for another issuer lets one server stand in for the other.',
  mend: 'Compare `issuer` with the address that you asked at, exactly; mind the slash at the end.',
  scenarios: [loginUnder('refusal', { endpoint: 'discovery', patch: { issuer: 'https://login.example.com' }, times: 0 })],
  judge: (play) => {
    const [deed] = struck(play, 'discovery')
    if (deed === undefined) return notExercised('unused', 'Discovery was not read again, or the endpoints are written by hand.')
    const [begun] = trafficIn(play).authorizations
    if (begun !== undefined) return failed('wire', 'The document named another issuer, and a sign-in began.', exhibits(deed, [begun.entry]))
    return passed(
      signalOf(play) === undefined ? 'silence' : 'signal',
      'The document named another issuer, and no sign-in began.',
      exhibits(deed),
    )
  },
}

const followed: ArmedRule = {
  id: 'discovery-followed',
  level: 'hint',
  group,
  profiles: readers,
  source: 'RFC 8414 §2',
  why: 'When the provider moves an endpoint, paths in code stay behind.',
  mend: 'Take every endpoint from the document.',
  scenarios: [{ title: 'A login', wants: 'success', steps: [{ set: { alias_path: '/moved' } }, { do: 'login' }] }],
  judge: (play) => {
    const [deed] = at(play, 'discovery')
    if (deed === undefined) return notExercised('unused', 'Discovery was not read again, or the endpoints are written by hand.')
    const [exchange] = trafficIn(play).exchanges
    if (exchange === undefined) return notDelivered('no token request came')
    return exchange.entry.url.includes('/moved/')
      ? passed('wire', 'The token endpoint of the document was asked.', exhibits(deed, [exchange.entry]))
      : failed('wire', 'The document named another token endpoint than was asked.', exhibits(deed, [exchange.entry]))
  },
}

/** So long clients pause between two fetches of keys, lest bad tokens make them hammer the provider. */
const mostPause_ms = 60_000

/** The provider signs with a new key; then it names none, and signs with the old one again. */
export const rotating: Scenario = {
  title: 'Four logins',
  wants: 'success',
  needs: ['signed_in'],
  steps: [
    { do: 'login' },
    { rotate: 'rotate' },
    pause,
    { do: 'login' },
    { arm: [{ endpoint: 'token', id_token: 'no_kid', times: 0 }] },
    { do: 'login' },
    { rotate: 'back' },
    { do: 'login' },
  ],
}

const rotated: ArmedRule = {
  id: 'keys-rotated',
  level: 'must',
  group,
  profiles: ['oidc', 'fapi2'],
  source: 'OpenID Connect Core §10.1.1',
  why: 'On the day on which the provider changes its key, nobody signs in.',
  mend: 'Fetch the keys once more when a `kid` is unknown.',
  scenarios: [rotating],
  judge: (play) => {
    if (!verifies(play)) return notExercised('unused', 'The client fetched no keys: it checks no signature.')
    const [, second] = play.moments
    if (second === undefined) return notDelivered('nobody logged in afterwards')
    const came = during(play.entries, second)
    const fetched = came.filter(({ endpoint }) => endpoint === 'jwks')
    const entry = came.findLast(({ endpoint, status }) => endpoint === 'token' && status === 200)
    if (isIn({ ...play, moments: [second] }) === true)
      return passed('signal', 'The provider signed with a new key, and the next login worked.', exhibits(entry, fetched))
    const before = play.keys_at.findLast((at_ms) => at_ms < second.from)
    const age = second.from - (before ?? 0)
    // Where patience is short, so long was waited.
    const pause_ms = pauseOf(play) || mostPause_ms
    if (fetched.length === 0 && before !== undefined && age < pause_ms) {
      return notExercised('preempted', `The keys were fetched ${seconds(age)} before: a client may pause before it asks again.`)
    }
    const what = fetched.length === 0 ? 'the keys were not fetched again' : 'the login failed all the same'
    return failed('signal', `The provider signed with a new key, and ${what}.`, exhibits(entry, fetched))
  },
}

const noStorm: ArmedRule = {
  id: 'keys-no-storm',
  level: 'should',
  group,
  profiles: ['oidc', 'fapi2'],
  source: 'OpenID Connect Core §10.1.1',
  why: 'Anybody who sends bad tokens has the app hammer the provider, which shuts it out.',
  mend: 'A pause of 30 s or more between two fetches for an unknown `kid`.',
  scenarios: [
    {
      title: 'Five logins',
      wants: 'refusal',
      steps: [
        { arm: [{ endpoint: 'token', id_token: 'unknown_kid', times: 0 }] },
        ...Array.from({ length: 5 }, () => ({ do: 'login' }) as const),
      ],
    },
  ],
  judge: (play) => {
    if (!verifies(play)) return notExercised('unused', 'The client fetched no keys: it checks no signature.')
    const [deed] = struck(play, 'token')
    if (deed === undefined) return notDelivered('no tokens were asked for')
    const fetched = at(play, 'jwks')
    return fetched.length > 2
      ? failed(
          'wire',
          `Five ID tokens with an unknown kid made the client fetch the keys ${fetched.length} times.`,
          exhibits(deed, fetched),
        )
      : passed(
          'wire',
          `Five ID tokens with an unknown kid made the client fetch the keys ${fetched.length} times.`,
          exhibits(deed, fetched),
        )
  },
}

const keysOutage: ArmedRule = {
  id: 'keys-outage',
  level: 'should',
  group,
  profiles: ['oidc', 'fapi2'],
  source: 'OpenID Connect Core §10.1.1, RFC 9110 §15.6.4',
  why: 'Keys that were good a minute ago are thrown away because they cannot be fetched now.',
  mend: 'Keys that are a little old are better than none.',
  scenarios: [
    {
      title: 'Two logins',
      wants: 'success',
      needs: ['signed_in'],
      steps: [{ do: 'login' }, { arm: [{ endpoint: 'jwks', status: 503, times: 0 }] }, { do: 'login' }],
    },
  ],
  judge: (play) => {
    if (!verifies(play)) return notExercised('unused', 'The client fetched no keys: it checks no signature.')
    if (play.moments[0]?.signal?.signed_in !== true) return notExercised('unstable', 'The login before it failed.')
    const [deed] = struck(play, 'jwks')
    const [exchange] = trafficIn(play).exchanges.slice(-1)
    if (isIn(play) === true)
      return passed('signal', 'The keys could not be fetched, and a login worked with those of before.', exhibits(deed ?? exchange?.entry))
    return failed(
      'signal',
      'The keys could not be fetched for a moment, and a login failed whose key was known.',
      exhibits(deed ?? exchange?.entry),
    )
  },
}

/** What a client reads of the provider's documents. */
export const discovery: readonly ArmedRule[] = [followed, issuer, rotated, keysOutage, noStorm]
