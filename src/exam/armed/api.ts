import type { ArmedRule } from '../armed-rule.ts'
import { callsIn, exchangesBy, isIn, type Play, signalOf, struck, trafficIn } from '../play.ts'
import type { Armed, Scenario, Step } from '../scenario.ts'
import { exhibits, failed, notExercised, passed, type Verdict } from '../verdict.ts'
import { seconds } from '../words.ts'

const group = 'api'

/** A fault at whatever the client calls with its token. */
const atApi = (fault: Omit<Armed, 'endpoint'>): Step => ({
  arm: [
    { endpoint: 'userinfo', ...fault },
    { endpoint: 'api', ...fault },
  ],
})

/** A login, after which the API answers in some way and is called. */
const calling = (fault: Omit<Armed, 'endpoint'>, times = 1): Scenario => ({
  title: 'A login and calls of the API',
  wants: 'success',
  needs: ['call_api'],
  steps: [{ do: 'login' }, atApi(fault), { do: 'call_api', times }],
})

/** The calls that a fault answered, and the first of them. */
function whenCalled(play: Play, judge: (deed: NonNullable<ReturnType<typeof struck>[0]>) => Verdict): Verdict {
  const [deed] = [...struck(play, 'userinfo'), ...struck(play, 'api')].sort((a, b) => a.id - b.id)
  return deed === undefined ? notExercised('not-delivered', 'The client called no API of this server.') : judge(deed)
}

/** What a pass rests on where nothing is to come: the driver came back from its call, or nothing came. */
const quietly = (play: Play) => (signalOf(play) === undefined ? 'silence' : 'signal')

const redirectNoToken: ArmedRule = {
  id: 'api-redirect-no-token',
  level: 'must',
  group,
  source: 'RFC 9700 §4.9.1',
  why: 'Whoever an API redirects to gets the user’s token.',
  mend: 'Do not follow redirects of API calls, or take the Authorization header off where the origin changes.',
  scenarios: [calling({ status: 307, headers: { Location: '{stranger}/userinfo' } })],
  judge: (play) =>
    whenCalled(play, (deed) => {
      const came = play.strayed.find(({ members }) => members.some((name) => name === 'authorization' || name === 'access_token'))
      if (came !== undefined)
        return failed('wire', `The API redirected to another host, which got: ${came.members.join(', ')}.`, exhibits(deed))
      const what =
        play.strayed.length > 0 ? 'The other host was asked without the token.' : 'The redirect to another host was not followed.'
      return passed(play.strayed.length > 0 ? 'wire' : quietly(play), what, exhibits(deed))
    }),
}

const bounded: ArmedRule = {
  id: 'api-401-bounded',
  level: 'must',
  group,
  source: 'RFC 6750 §3.1',
  why: 'A client that repeats until it is let in repeats for ever, and nobody sees an error.',
  mend: 'One refresh and one repeat of a call, then an error; count sign-ins that end at once.',
  scenarios: [calling({ error: 'invalid_token', times: 0 })],
  judge: (play) =>
    whenCalled(play, (deed) => {
      const calls = callsIn(play).filter(({ fault }) => fault !== undefined)
      const refreshes = exchangesBy(play, 'refresh_token').map(({ entry }) => entry)
      const begun = trafficIn(play)
        .authorizations.filter(({ entry }) => entry.id > deed.id)
        .map(({ entry }) => entry)
      if (calls.length > 2)
        return failed('wire', `One action made ${calls.length} calls, each of which was refused.`, exhibits(deed, calls.slice(1)))
      if (refreshes.length > 1) return failed('wire', `One action made ${refreshes.length} refreshes.`, exhibits(deed, refreshes))
      if (begun.length > 3) return failed('wire', `${begun.length} sign-ins began.`, exhibits(deed, begun))
      return passed(
        'wire',
        `The API refused every token: ${calls.length} calls and ${refreshes.length} refreshes came, and it ended.`,
        exhibits(deed, refreshes),
      )
    }),
}

const forbiddenNoRefresh: ArmedRule = {
  id: 'api-403-no-refresh',
  level: 'should',
  group,
  source: 'RFC 6750 §3.1',
  why: 'A new token has the same scope: the refresh is for nothing, and the call is refused again.',
  mend: 'Refresh at 401 alone; at `insufficient_scope` ask for the scope, or show an error.',
  scenarios: [calling({ error: 'insufficient_scope' })],
  judge: (play) =>
    whenCalled(play, (deed) => {
      const [refresh] = exchangesBy(play, 'refresh_token')
      if (refresh !== undefined) return failed('wire', 'insufficient_scope led to a refresh.', exhibits(deed, [refresh.entry]))
      const again = callsIn(play).filter(({ id }) => id > deed.id)
      if (again.length > 0) return failed('wire', 'insufficient_scope led to the same call again.', exhibits(deed, again))
      return passed(quietly(play), 'insufficient_scope led to no refresh and no other call.', exhibits(deed))
    }),
}

/** What Retry-After asks for, and the least of it that counts as kept; milliseconds. */
const asked = 3
const least_ms = 2700

const tooManyWaits: ArmedRule = {
  id: 'api-429-waits',
  level: 'must',
  group,
  source: 'RFC 9110 §10.2.3, RFC 6585 §4',
  why: 'Who calls on while he is told to wait is shut out for longer, with all of his users.',
  mend: 'Wait as `Retry-After` says, in seconds or until its date, before anything else goes there.',
  scenarios: [calling({ status: 429, headers: { 'Retry-After': String(asked) } }, 2)],
  judge: (play) =>
    whenCalled(play, (deed) => {
      const next = callsIn(play).find(({ id }) => id > deed.id)
      if (next === undefined) return passed(quietly(play), `After Retry-After: ${asked} no call came.`, exhibits(deed))
      const waited = next.at_ms - deed.at_ms
      return waited < least_ms
        ? failed('wire', `After Retry-After: ${asked} the next call came in ${seconds(waited)}.`, exhibits(deed, [next]))
        : passed('wire', `After Retry-After: ${asked} the next call came after ${seconds(waited)}.`, exhibits(deed, [next]))
    }),
}

const schemeCase: ArmedRule = {
  id: 'api-scheme-case',
  level: 'hint',
  group,
  profiles: ['fapi2', 'oauth2.1', 'oidc'],
  source: 'RFC 9110 §11.1',
  why: 'Names of schemes have no case: a client that wants its own spelling sees no expiry in what another server says.',
  mend: 'Compare `bearer` without regard to case, or look at the status alone.',
  scenarios: [calling({ error: 'invalid_token', headers: { 'WWW-Authenticate': 'bearer error="invalid_token"' } })],
  judge: (play) =>
    whenCalled(play, (deed) => {
      const [refresh] = exchangesBy(play, 'refresh_token')
      if (refresh !== undefined) return passed('wire', 'A 401 of the scheme “bearer” led to a refresh.', exhibits(deed, [refresh.entry]))
      const hasToken =
        play.control !== undefined &&
        trafficIn(play.control).exchanges.some(({ entry }) => /"refresh_token"/.test(entry.response_body ?? ''))
      return hasToken
        ? failed(quietly(play), 'A 401 of the scheme “bearer” led to no refresh.', exhibits(deed))
        : notExercised('unused', 'The client gets no refresh token.')
    }),
}

const revokedNoticed: ArmedRule = {
  id: 'grant-revoked-noticed',
  level: 'should',
  group,
  source: 'RFC 7009 §2.2, RFC 6750 §3.1',
  why: 'Whoever removed the app at the provider sees it load for ever, or break.',
  mend: 'One place that handles the end of a grant: sign out, and offer to connect again.',
  scenarios: [
    {
      title: 'A login and calls of the API',
      wants: 'success',
      needs: ['call_api', 'signed_in'],
      steps: [{ do: 'login' }, { revoke: true }, { do: 'call_api', times: 2 }],
    },
  ],
  judge: (play) => {
    const refused = play.entries.filter(({ status, endpoint }) => status === 401 && (endpoint === 'userinfo' || endpoint === 'api'))
    const [deed] = refused
    if (deed === undefined) return notExercised('not-delivered', 'The client called no API of this server.')
    if (refused.length > 4) return failed('wire', `${refused.length} calls with the dead token came.`, exhibits(deed, refused.slice(1)))
    const statuses = signalOf(play)?.seen?.statuses
    if (Array.isArray(statuses) && statuses.some((status) => status >= 500)) {
      return failed('signal', `The user removed the app, and the app answers ${statuses.join(', ')}.`, exhibits(deed))
    }
    if (isIn(play) === true)
      return failed('signal', 'The user removed the app, and the app goes on as if he were signed in.', exhibits(deed))
    return passed(quietly(play), 'The user removed the app, and the app says that nobody is signed in.', exhibits(deed))
  },
}

/** What a client does when an API refuses it. */
export const api: readonly ArmedRule[] = [forbiddenNoRefresh, schemeCase, redirectNoToken, bounded, revokedNoticed, tooManyWaits]
