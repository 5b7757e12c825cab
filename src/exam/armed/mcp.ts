import type { ArmedRule } from '../armed-rule.ts'
import { notDelivered } from '../judging.ts'
import { deedOf, exchangesBy, type Play, signalOf, struck, trafficIn } from '../play.ts'
import { type Armed, loginUnder, type Scenario } from '../scenario.ts'
import { answerOf, text } from '../traffic.ts'
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

const metadataIssuer: ArmedRule = {
  id: 'mcp-metadata-issuer',
  level: 'must',
  ...ofMcp,
  source: 'MCP authorization (2025-11-25), RFC 8414 §3.3',
  why: 'A document that speaks for another authorization server lets one stand in for the other.',
  mend: 'Compare `issuer` with the address that the document was asked for, exactly, in both kinds of document.',
  scenarios: [loginUnder('refusal', { endpoint: 'discovery', patch: { issuer: 'https://login.example.com' }, times: 0 })],
  judge: (play) => notBegun(play, 'The metadata named another issuer', (url) => !ofResource.test(url)),
}

/** A challenge to somebody without a token, who says not who he is. */
const challengedBy = (challenge: string): Armed => ({
  endpoint: 'api',
  error: 'invalid_token',
  headers: { 'WWW-Authenticate': challenge },
  client_id: undefined,
})

/** Logins before which a server says by a challenge, by its metadata or not at all what scope there is, and what is to be asked for then. */
const scopesToAsk: ReadonlyMap<Scenario, string> = new Map([
  [loginUnder('success', challengedBy('Bearer scope="write"')), 'write'],
  [loginUnder('success', challengedBy('Bearer')), 'read write'],
  [loginUnder('success', challengedBy('Bearer'), { endpoint: 'discovery', patch: { scopes_supported: null }, times: 0 }), ''],
])

/** Clients may ask for it unasked, to have a refresh token. */
const beside = 'offline_access'

const inOrder = (scope = '') =>
  scope
    .split(' ')
    .filter((one) => one !== '' && one !== beside)
    .sort()
    .join(' ')

const scopeAsked: ArmedRule = {
  id: 'mcp-scope',
  level: 'should',
  ...ofMcp,
  source: 'MCP authorization (2025-11-25), scope selection strategy',
  why: 'Its user is asked for more than the server needs, or gets a token that does not do.',
  mend: 'Ask for the `scope` of the challenge, else for `scopes_supported` of the resource’s metadata, else for none.',
  scenarios: [...scopesToAsk.keys()],
  judge: (play) => {
    const deed = deedOf(play, 'api')
    if (deed === undefined) return notExercised('unused', 'The client did not call the server before its sign-in.')
    const asked = trafficIn(play).authorizations.find(({ entry }) => entry.at_ms > deed.at_ms)
    if (asked === undefined) return notDelivered('no sign-in began')
    const scope = text(asked.sent, 'scope')
    const right = scopesToAsk.get(play.scenario) ?? ''
    const message = `The scope to ask for was ${right || 'none'}, and ${inOrder(scope) || 'none'} was asked for.`
    return (inOrder(scope) === right ? passed : failed)('wire', message, exhibits(deed, [asked.entry]))
  },
}

const credentialsPerIssuer: ArmedRule = {
  id: 'mcp-credentials-per-issuer',
  level: 'must',
  ...ofMcp,
  source: 'MCP authorization (2025-11-25), RFC 9700 §4.4',
  why: 'Whoever changes the metadata of one server gets what another authorization server gave the client.',
  mend: 'Keep client ids, secrets and tokens by the issuer that gave them, and register anew at another.',
  scenarios: [
    {
      title: 'Two logins',
      wants: 'refusal',
      steps: [
        { do: 'login' },
        { arm: [{ endpoint: 'discovery', patch: { authorization_servers: ['{stranger}'] }, times: 0 }] },
        { do: 'login' },
      ],
    },
  ],
  judge: (play) => {
    const deed = struck(play, 'discovery').find(({ url, status }) => ofResource.test(url) && status === 200)
    if (deed === undefined) return notExercised('unused', 'The document was not read again.')
    const tokens = [...exchangesBy(play, 'authorization_code'), ...exchangesBy(play, 'refresh_token')].map(({ entry }) => answerOf(entry))
    const { client_id, client_secret } = play.client
    const own: (readonly [string, unknown])[] = [
      // A client that is known by its document has one name everywhere.
      ['client id', client_id.startsWith('https:') ? undefined : client_id],
      ['secret', client_secret ?? undefined],
      ...tokens.flatMap(
        ({ access_token, refresh_token }) =>
          [
            ['access token', access_token],
            ['refresh token', refresh_token],
          ] as const,
      ),
    ]
    const came = own
      .filter(([, value]) => value !== undefined && play.strayed.some(({ values }) => values.has(value)))
      .map(([name]) => name)
    const what = 'The metadata named another authorization server'
    if (came.length > 0)
      return failed('wire', `${what}, and got what the first had given: ${[...new Set(came)].join(', ')}.`, exhibits(deed))
    const isMet = play.strayed.length > 0
    return passed(
      isMet ? 'wire' : signalOf(play) === undefined ? 'silence' : 'signal',
      isMet ? `${what}, which got nothing that the first had given.` : `${what}, and nothing was sent there.`,
      exhibits(deed),
    )
  },
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
export const mcp: readonly ArmedRule[] = [resourceMismatch, pkceAdvertised, metadataIssuer, scopeAsked, credentialsPerIssuer, stepUp]
