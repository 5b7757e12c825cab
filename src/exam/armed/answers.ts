import type { ArmedRule } from '../armed-rule.ts'
import { answerTaken, borne } from '../judging.ts'
import { callsIn, during, firstTokens, isIn, type Play, trafficIn } from '../play.ts'
import { web } from '../profiles.ts'
import { loginUnder, type Scenario } from '../scenario.ts'
import { answerOf, headerOf } from '../traffic.ts'
import { exhibits, failed, notExercised, type Verdict } from '../verdict.ts'

const group = 'answers'

const extraParameters: ArmedRule = {
  id: 'callback-extra-parameters',
  level: 'must',
  group,
  source: 'RFC 6749 §4.1.2',
  why: 'Providers add parameters of their own, and a new one ends all sign-ins.',
  mend: 'Read what you need by its name, and nothing else.',
  scenarios: [loginUnder('success', { endpoint: 'authorize', callback: 'extra' })],
  judge: (play) => answerTaken(play, 'The answer had parameters that nobody knows'),
}

const codeOpaque: ArmedRule = {
  id: 'callback-code-opaque',
  level: 'must',
  group,
  source: 'RFC 6749 §4.1.2 and §A.11',
  why: 'Codes of some providers are long and have characters that a query encodes: cut or decoded twice they are refused.',
  mend: 'Decode the query once, and keep the code in nothing that is too short for it.',
  scenarios: [{ title: 'A login', wants: 'success', steps: [{ set: { code_format: 'long' } }, { do: 'login' }] }],
  judge: (play) => answerTaken(play, 'The code was long and full of what a query encodes'),
}

const typeCase: ArmedRule = {
  id: 'token-type-case',
  level: 'must',
  group,
  source: 'RFC 6749 §5.1',
  why: 'Providers write `bearer` as well as `Bearer`.',
  mend: 'Make it lower case before you compare.',
  scenarios: [loginUnder('success', { endpoint: 'token', patch: { token_type: 'bEARER' } })],
  judge: (play) => borne(play, 'The token type was written in another case'),
}

const extraMembers: ArmedRule = {
  id: 'token-extra-members',
  level: 'must',
  group,
  source: 'RFC 6749 §5.1',
  why: 'Providers add members of their own, and a new one ends all sign-ins.',
  mend: 'No closed schema for answers.',
  scenarios: [loginUnder('success', { endpoint: 'token', patch: { not_before: 0, foo: { bar: [1] }, refresh_token_expires_in: 10 } })],
  judge: (play) => borne(play, 'The answer had members that nobody knows'),
}

/** A login and a call, with access tokens of one form. */
const withTokens = (access_token_format: 'jwt' | 'opaque'): Scenario => ({
  title: 'A login',
  wants: 'success',
  steps: [{ set: { access_token_format } }, { do: 'login' }, { do: 'call_api' }],
})

const accessTokenOpaque: ArmedRule = {
  id: 'access-token-opaque',
  level: 'must',
  group,
  source: 'RFC 9068 §6 and RFC 6749 §1.4',
  why: 'An access token is for APIs: its form changes without a word to clients, and what a client read in it is gone.',
  mend: 'What you want to know stands in the ID token or at userinfo.',
  scenarios: [withTokens('opaque'), withTokens('jwt')],
  judge(play) {
    const isOpaque = play.scenario.steps.some((step) => 'set' in step && step.set.access_token_format === 'opaque')
    const deed = firstTokens(play)
    const isJwt = String(deed && answerOf(deed).access_token).split('.').length === 3
    if (deed !== undefined && isJwt === isOpaque) return notExercised('unused', 'The access tokens of this server have one form.')
    const what = isOpaque ? 'The access token was a text without meaning' : 'The access token was a JWT'
    return uncalled(play) ?? borne(play, what, deed)
  },
}

/** The driver called the app's API, and the app called nothing, as it did in the control. */
function uncalled(play: Play): Verdict | undefined {
  const calls = ({ entries, moments }: Play) =>
    moments.flatMap((moment) => (moment.task.do === 'call_api' ? during(callsIn({ entries }), moment) : []))
  const { control } = play
  if (!play.moments.some(({ task }) => task.do === 'call_api') || control === undefined || calls(control).length === 0) return undefined
  if (calls(play).length > 0) return undefined
  return failed('silence', 'The API was to be called, and no call came; in the control it did.', exhibits(firstTokens(play)))
}

/** As many groups as people of large organisations are in: some 6 KB in each token. */
const groups = Array.from({ length: 150 }, (_, index) => `department-${index}-of-the-company`)

const large: ArmedRule = {
  id: 'token-large',
  level: 'must',
  group,
  profiles: web,
  source: 'RFC 6265 §6.1',
  why: 'People who are in many groups have tokens of several kilobytes: in a cookie they get lost, and the sign-in begins again.',
  mend: 'Keep tokens at the server, and in the cookie the id of a session.',
  scenarios: [
    {
      title: 'A login',
      wants: 'success',
      steps: [{ set: { claims: { access_token: { groups }, id_token: { groups } } } }, { do: 'login' }, { do: 'call_api' }],
    },
  ],
  judge(play) {
    const deed = firstTokens(play)
    const { access_token, id_token } = deed === undefined ? {} : answerOf(deed)
    const size = Math.max(...[access_token, id_token].map((token) => String(token ?? '').length))
    if (deed !== undefined && size < 4096) return notExercised('unused', 'The tokens of this server do not grow.')
    const what = `The tokens had up to ${size} characters`
    const [first, ...again] = trafficIn(play).authorizations.filter(({ entry }) => headerOf(entry, 'sec-fetch-user') === '')
    if (first !== undefined && again.length > 1 && isIn(play) !== true) {
      return failed(
        'wire',
        `${what}, and the client began again ${again.length} times.`,
        exhibits(
          deed,
          again.map(({ entry }) => entry),
        ),
      )
    }
    return uncalled(play) ?? borne(play, what, deed)
  },
}

/** What is unusual and good, and has to be taken. */
export const answers: readonly ArmedRule[] = [extraParameters, codeOpaque, typeCase, extraMembers, accessTokenOpaque, large]
