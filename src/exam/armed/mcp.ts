import type { ArmedRule } from '../armed-rule.ts'
import { notDelivered } from '../judging.ts'
import { deedOf, type Play, signalOf, struck, trafficIn } from '../play.ts'
import { loginUnder } from '../scenario.ts'
import { text } from '../traffic.ts'
import { exhibits, failed, notExercised, passed } from '../verdict.ts'

const ofMcp = { group: 'mcp', profiles: ['mcp'] } as const

/** Which of the two documents of discovery is looked at, by its address. */
const ofResource = /\/oauth-protected-resource\b/

/** For a document at which a client has to stop. */
function notBegun(play: Play, what: string, isOf: (url: string) => boolean) {
  const deed = struck(play, 'discovery').find(({ url, status }) => isOf(url) && status === 200)
  if (deed === undefined) return notExercised('unused', 'The document was not read again.')
  const [begun] = trafficIn(play).authorizations
  if (begun !== undefined) return failed('wire', `${what}, and a sign-in began.`, exhibits(deed, [begun.entry]))
  return passed(signalOf(play) === undefined ? 'silence' : 'signal', `${what}, and no sign-in began.`, exhibits(deed))
}

const resourceMismatch: ArmedRule = {
  id: 'mcp-resource-mismatch',
  level: 'must',
  ...ofMcp,
  source: 'RFC 9728 §3.3',
  why: 'A dishonest server has tokens made out for another one, and takes them there.',
  mend: 'Compare `resource` in the metadata with the address of the server that you want to call.',
  scenarios: [loginUnder('refusal', { endpoint: 'discovery', patch: { resource: 'https://stranger.example' }, times: 0 })],
  judge: (play) => notBegun(play, 'The metadata was of another resource', (url) => ofResource.test(url)),
}

const pkceAdvertised: ArmedRule = {
  id: 'mcp-pkce-advertised',
  level: 'must',
  ...ofMcp,
  source: 'MCP authorization (2025-11-25)',
  why: 'A server that does not know PKCE ignores the challenge: a stolen code works without the verifier.',
  mend: 'Begin no sign-in where `code_challenge_methods_supported` does not list S256, and say which server that is.',
  scenarios: [loginUnder('refusal', { endpoint: 'discovery', patch: { code_challenge_methods_supported: null }, times: 0 })],
  judge: (play) => notBegun(play, 'The metadata did not say that the server knows PKCE', (url) => !ofResource.test(url)),
}

/** What the challenge asks for, and how often a client may try to get it. */
const wider = 'write'
const mostTries = 3

const stepUp: ArmedRule = {
  id: 'mcp-step-up',
  level: 'must',
  ...ofMcp,
  source: 'MCP authorization (2025-11-25), RFC 6750 §3.1',
  why: 'A tool that needs more fails for good, or its user is sent to sign in without end.',
  mend: 'Ask once more for the scope that you had and the one of the challenge, and count how often.',
  scenarios: [
    {
      title: 'A login and a call of the API',
      wants: 'refusal',
      needs: ['call_api'],
      steps: [
        { do: 'login' },
        {
          arm: [
            {
              endpoint: 'api',
              error: 'insufficient_scope',
              headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${wider}"` },
              times: 0,
            },
          ],
        },
        { do: 'call_api' },
      ],
    },
  ],
  judge: (play) => {
    const deed = deedOf(play, 'api')
    if (deed === undefined) return notDelivered('the client called no API of this server')
    const again = trafficIn(play).authorizations.filter(({ entry }) => entry.at_ms > deed.at_ms)
    const evidence = exhibits(
      deed,
      again.map(({ entry }) => entry),
    )
    const bare = again.find(({ sent }) => !(text(sent, 'scope') ?? '').split(' ').includes(wider))
    if (bare !== undefined) {
      const asked = text(bare.sent, 'scope') ?? 'none'
      return failed(
        'wire',
        `The challenge asked for the scope ${wider}, and the scope asked for was ${asked}.`,
        exhibits(deed, [bare.entry]),
      )
    }
    if (again.length > mostTries) return failed('wire', `The API went on refusing, and ${again.length} sign-ins began.`, evidence)
    if (again.length === 0) {
      const proof = signalOf(play) === undefined ? 'silence' : 'signal'
      return failed(proof, `The challenge asked for the scope ${wider}, and no sign-in began.`, evidence)
    }
    return passed('wire', `The scope ${wider} was asked for, ${again.length === 1 ? 'once' : `${again.length} times`}.`, evidence)
  },
}

/** What clients of the Model Context Protocol make of metadata and challenges. */
export const mcp: readonly ArmedRule[] = [resourceMismatch, pkceAdvertised, stepUp]
