import type { ArmedRule } from '../armed-rule.ts'
import { notDelivered, refusedIt } from '../judging.ts'
import { devicePolls, isIn, type Play, struck, trafficIn } from '../play.ts'
import { rules, saysRule } from '../registry.ts'
import type { Armed, Scenario } from '../scenario.ts'
import { answerOf, headerOf, queryOf } from '../traffic.ts'
import { exhibits, failed, passed } from '../verdict.ts'
import { seconds } from '../words.ts'

/** What devices are asked to wait, so that nobody waits long for them; seconds. */
const interval = 1

/** What the rules about devices have in common: whoever signs in otherwise is not kept waiting. */
const ofDevices = {
  group: 'device',
  profiles: ['oauth2', 'oauth2.1', 'native'],
  unused: (control: Play) => (devicePolls(control).length === 0 ? 'The client does not sign in by a device code.' : undefined),
} as const

function deviceLogin(wants: Scenario['wants'], device: Scenario['device'], ...arm: readonly Armed[]): Scenario {
  return { title: 'A login', wants, device: device ?? {}, steps: [{ set: { device_interval: interval } }, { arm }, { do: 'login' }] }
}

/** How long a client waited before it polled again; milliseconds. */
function gapsOf(polls: readonly { readonly entry: { readonly at_ms: number } }[]): number[] {
  return polls.slice(1).map(({ entry }, index) => entry.at_ms - (polls[index]?.entry.at_ms ?? 0))
}

/** What a gap has to have of what was asked for. */
const tolerance = 0.9

/** A login at which two rules look. */
const plain = deviceLogin('success', { after: 2 })

const keepsInterval: ArmedRule = {
  ...saysRule('device-interval'),
  ...ofDevices,
  scenarios: [plain, deviceLogin('success', { after: 1 }, { endpoint: 'device_authorization', patch: { interval: null } })],
  judge: (play) => {
    const polls = devicePolls(play)
    const [first] = polls
    if (first === undefined || polls.length < 2) return notDelivered('no device asked twice')
    const early = rules.find(({ id }) => id === 'device-interval')?.find(trafficIn(play))
    const evidence = exhibits(
      play.entries.find(({ endpoint }) => endpoint === 'device_authorization'),
      polls.slice(0, 3).map(({ entry }) => entry),
    )
    if (early !== undefined) return failed('wire', early.message, evidence)
    return passed('wire', `The token endpoint was polled every ${seconds(Math.min(...gapsOf(polls)))}.`, evidence)
  },
}

/** RFC 8628 §3.5: by how much `slow_down` makes the interval longer; seconds. */
const slower = 5

const slowDown: ArmedRule = {
  id: 'device-slow-down',
  level: 'must',
  ...ofDevices,
  source: 'RFC 8628 §3.5',
  why: 'Whoever is told to slow down and does not may be shut out, and its user has to begin again.',
  mend: 'Add five seconds to the interval at each `slow_down`, for as long as this code is polled for.',
  scenarios: [deviceLogin('success', { after: 2 }, { endpoint: 'token', error: 'slow_down' })],
  judge: (play) => {
    const polls = devicePolls(play)
    const [deed, ...more] = polls.map(({ entry }) => entry)
    if (deed?.fault === undefined) return notDelivered('no device asked for its token')
    const least_ms = (interval + slower) * 1000
    const early = gapsOf(polls).find((gap) => gap < tolerance * least_ms)
    const evidence = exhibits(deed, more)
    if (early !== undefined) {
      return failed(
        'wire',
        `After slow_down a poll came in ${seconds(early)}, and ${seconds(least_ms)} were to be waited from then on.`,
        evidence,
      )
    }
    if (more.length === 0) return goneSilent(play, 'slow_down was answered')
    if (more.length < 2) return notDelivered('the device asked no third time')
    return passed('wire', `After slow_down the polls came ${seconds(Math.min(...gapsOf(polls)))} apart.`, evidence)
  },
}

const ends: ArmedRule = {
  id: 'device-ends',
  level: 'must',
  ...ofDevices,
  source: 'RFC 8628 §3.5',
  why: 'The device asks for ever for what it will never get, and its user waits before a code that is worth nothing.',
  mend: 'Go on after `authorization_pending` and `slow_down` alone; every other error ends it.',
  scenarios: [
    deviceLogin('refusal', { after: 1, denies: true }),
    deviceLogin('refusal', { after: Number.POSITIVE_INFINITY }, { endpoint: 'token', error: 'expired_token', times: 0 }),
  ],
  judge: (play) => {
    const polls = devicePolls(play).map(({ entry }) => entry)
    const at = polls.findIndex((entry) => ['access_denied', 'expired_token'].includes(String(answerOf(entry).error)))
    const [deed, ...more] = at < 0 ? [] : polls.slice(at)
    if (deed === undefined) return notDelivered('no device was told that it ends')
    const { error } = answerOf(deed)
    if (more.length > 0) return failed('wire', `The answer was ${error}, and the device asked again.`, exhibits(deed, more.slice(0, 1)))
    return refusedIt(play, deed, `The answer was ${error}; the device asked no more`)
  },
}

const survives: ArmedRule = {
  id: 'device-survives',
  level: 'should',
  ...ofDevices,
  source: 'RFC 8628 §3.5',
  why: 'One lost answer while the user types the code, and all that he typed was for nothing.',
  mend: 'Ask again after a pause, twice as long at each failure of the network or the server.',
  scenarios: [
    deviceLogin('success', {}, { endpoint: 'token', status: 503 }),
    deviceLogin('success', {}, { endpoint: 'token', drop: true }),
  ],
  judge: (play) => {
    const [deed] = struck(play, 'token')
    if (deed === undefined) return notDelivered('no device asked for its token')
    const what = deed.status === 503 ? 'The token endpoint answered 503 once' : 'The connection ended without an answer once'
    const next = devicePolls(play).find(({ entry }) => entry.at_ms > deed.at_ms)?.entry
    if (next === undefined) return goneSilent(play, what)
    const gap = next.at_ms - deed.at_ms
    if (gap < tolerance * interval * 1000)
      return failed('wire', `${what}, and the device asked again in ${seconds(gap)}.`, exhibits(deed, [next]))
    return passed('wire', `${what}, and the device asked again in ${seconds(gap)}.`, exhibits(deed, [next]))
  },
}

const showsCode: ArmedRule = {
  id: 'device-shows-code',
  level: 'hint',
  ...ofDevices,
  source: 'RFC 8628 §3.3.1 and §5.4',
  why: 'Who sees no code to compare allows whatever device an attacker began to sign in.',
  mend: 'Show the code and the address in any case; let the user open the page, in a browser of his.',
  scenarios: [plain],
  judge: (play) => {
    const deed = play.entries.find(({ endpoint, status }) => endpoint === 'device_authorization' && status === 200)
    if (deed === undefined) return notDelivered('no device asked for a code')
    const program = headerOf(deed, 'user-agent')
    const opened = play.entries.find((entry) => queryOf(entry).user_code !== undefined && headerOf(entry, 'user-agent') === program)
    const polls = devicePolls(play).map(({ entry }) => entry)
    if (opened !== undefined) return failed('wire', 'What asked for the code opened the page with it.', exhibits(deed, [opened]))
    if (polls.length === 0) return notDelivered('no device asked for its token')
    return passed('wire', 'What asked for the code left the page to its user.', exhibits(deed, polls.slice(0, 1)))
  },
}

/** For a client that has to go on asking and did not. */
function goneSilent(play: Play, what: string) {
  const [deed] = struck(play, 'token')
  return failed(isIn(play) === undefined ? 'silence' : 'signal', `${what}, and the device asked no more.`, exhibits(deed))
}

/** How devices wait for their users; who signs in otherwise is not asked. */
export const device: readonly ArmedRule[] = [ends, survives, slowDown, keepsInterval, showsCode]
