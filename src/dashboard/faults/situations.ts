import type { FaultDraft } from '../../oauth/faults/registry.ts'
import type { Endpoint } from '../../oauth/model/endpoint.ts'
import type { Provider } from '../../providers/provider.ts'

/** A fault that one click arms: it strikes once unless it says more. */
export interface ArmedFault extends FaultDraft {
  /** `resource` is what the vendor has: userinfo, or an API of its own. */
  endpoint: Endpoint | 'resource'
  grant_type?: string
  times?: number
}

/** What a click does about a situation. */
type Deed =
  | { arm: readonly ArmedFault[] | ((provider: Provider) => readonly ArmedFault[]) }
  /** These settings are turned on, and off again. */
  | { set: Readonly<Record<string, unknown>> }
  | { advance: string }
  | { rotate: 'rotate' | 'retire' | 'publish_late' }
  | { expire: 'access' }
  | { stop: true }
  /** It takes a choice, on another page. */
  | { goTo: string; label: string }
  /** Whoever sends the request does it. */
  | { byHand: true }

/** A situation of `docs/testing.md`. */
export type Situation = Deed & {
  /** Its heading there. */
  called: string
  /** What one sees, a sentence without a full stop. */
  says: string
  /** Whether the vendor has what it is about, beyond the endpoints of its faults; each does when absent. */
  isServed?(provider: Provider): boolean
}

/** Those of one heading. */
export interface SituationGroup {
  heading: string
  situations: readonly Situation[]
}

const token = (fault: FaultDraft): { arm: readonly ArmedFault[] } => ({ arm: [{ endpoint: 'token', ...fault }] })
const callback = (flaw: FaultDraft['callback']): { arm: readonly ArmedFault[] } => ({ arm: [{ endpoint: 'authorize', callback: flaw }] })
const refresh = (fault: Omit<ArmedFault, 'endpoint'>) => ({ arm: [{ endpoint: 'token' as const, grant_type: 'refresh_token', ...fault }] })
const resource = (fault: Omit<ArmedFault, 'endpoint'>) => ({ arm: [{ endpoint: 'resource' as const, ...fault }] })

const errors = ['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope']
const hasIss = ({ response_iss }: Provider) => response_iss === true
const hasIdTokens = ({ scopes }: Provider) => scopes.some(({ name }) => name === 'openid')
const hasKeys = ({ paths }: Provider) => paths.jwks !== undefined
const hasDiscovery = ({ paths }: Provider) => paths.discovery !== undefined

/** Every situation of `docs/testing.md`, in its order and under its headings. */
export const situationGroups: readonly SituationGroup[] = [
  {
    heading: 'Signing in',
    situations: [
      { called: 'Denied by the user', says: 'The user says no', arm: [{ endpoint: 'authorize', error: 'access_denied' }] },
      {
        called: 'Scopes narrowed',
        says: 'The user allows one scope alone',
        arm: ({ scopes: [first] }) => [{ endpoint: 'authorize', granted_scope: first?.name ?? '' }],
        isServed: ({ scopes }) => scopes.length > 1,
      },
      { called: 'Wrong state', says: 'The browser comes back with another state', ...callback('wrong_state') },
      { called: 'Missing state', says: 'The browser comes back without the state', ...callback('missing_state') },
      { called: 'Replayed state', says: 'The browser comes back as it did before: load the callback again in the browser', byHand: true },
      {
        called: 'Callback with code and error',
        says: 'The browser comes back with a code and an error at once',
        ...callback('code_and_error'),
      },
      { called: 'Callback without code', says: 'The browser comes back without a code', ...callback('missing_code') },
      { called: 'Callback twice', says: 'The browser comes back two times', ...callback('twice') },
      { called: 'Callback held back', says: 'The browser does not come back, and the answer waits here', ...callback('held') },
      { called: 'Wrong issuer in the callback', says: 'The browser comes back from another issuer', ...callback('wrong_iss') },
      {
        called: 'Without the issuer in the callback',
        says: 'The browser comes back without the issuer',
        ...callback('missing_iss'),
        isServed: hasIss,
      },
      { called: 'The code of another user', says: 'The browser comes back with another user’s code', ...callback('foreign_code') },
      { called: 'More parameters than are known', says: 'The browser comes back with parameters that nobody knows', ...callback('extra') },
      {
        called: 'An error of the authorization endpoint',
        says: 'The vendor cannot sign anybody in for now',
        arm: [{ endpoint: 'authorize', error: 'temporarily_unavailable' }],
      },
      {
        called: 'A code by e-mail or SMS',
        says: 'The vendor sends a code, which stands under Messages',
        goTo: '/messages',
        label: 'Messages',
        isServed: ({ sends_messages }) => sends_messages === true,
      },
    ],
  },
  {
    heading: 'Exchanging the code',
    situations: [
      { called: 'A long code', says: 'Codes have 1,500 characters', set: { code_format: 'long' } },
      {
        called: 'Each error of RFC 6749',
        says: 'Six exchanges fail, each with another error',
        arm: errors.map((error) => ({ endpoint: 'token', grant_type: 'authorization_code', error })),
      },
      { called: 'Status 500', says: 'The vendor breaks, with status 500', ...token({ status: 500 }) },
      {
        called: 'Status 503 with Retry-After',
        says: 'The vendor is down, and says when to come again',
        ...token({ status: 503, headers: { 'Retry-After': '120' } }),
      },
      { called: 'Timeout', says: 'The answer takes ten seconds', ...token({ delay: '10s' }) },
      {
        called: 'Half of the answer, and then a wait',
        says: 'Half of the answer comes, and the rest ten seconds later',
        ...token({ delay: '10s', delay_at: 'body' }),
      },
      { called: 'Dropped connection', says: 'The connection ends before anything is done', ...token({ drop: true }) },
      { called: 'Dropped after the answer was made', says: 'The code is redeemed, and the answer gets lost', ...token({ drop: 'after' }) },
    ],
  },
  {
    heading: 'Token answers that are wrong',
    situations: [
      { called: 'Not JSON', says: 'The answer is no JSON', ...token({ malformed: 'invalid_json' }) },
      { called: 'HTML', says: 'The answer is a page of HTML', ...token({ malformed: 'html' }) },
      { called: 'Truncated', says: 'The answer is cut off', ...token({ malformed: 'truncated' }) },
      { called: 'Empty', says: 'The answer is empty', ...token({ malformed: 'empty' }) },
      { called: 'Wrong content type', says: 'The answer calls itself plain text', ...token({ malformed: 'wrong_content_type' }) },
      { called: 'Without access_token', says: 'The answer has no access token', ...token({ patch: { access_token: null } }) },
      { called: 'Without token_type', says: 'The answer does not say the token’s type', ...token({ patch: { token_type: null } }) },
      { called: 'Without expires_in', says: 'The answer does not say when the token expires', ...token({ patch: { expires_in: null } }) },
      { called: 'Negative expires_in', says: 'The token expires in −1 seconds', ...token({ patch: { expires_in: -1 } }) },
      { called: 'expires_in as a string', says: 'The token expires in “soon”', ...token({ patch: { expires_in: 'soon' } }) },
      { called: 'Huge expires_in', says: 'The token expires in 30 million years', ...token({ patch: { expires_in: 1e15 } }) },
      { called: 'expires_in of 1', says: 'Access tokens live for one second', set: { access_token_ttl: 1 } },
    ],
  },
  {
    heading: 'Refreshing',
    situations: [
      { called: 'Failing for good', says: 'Every refresh fails until you disarm it', ...refresh({ times: 0, error: 'invalid_grant' }) },
      { called: 'Failing twice and then working', says: 'The refresh fails twice, then works', ...refresh({ times: 2, status: 503 }) },
      { called: 'Rotating', says: 'Each refresh token works once', set: { rotation: 'strict' } },
      { called: 'Not rotating', says: 'Refresh tokens stay the same', set: { rotation: 'off' } },
      {
        called: 'Eight parallel refreshes with a slow answer',
        says: 'Eight refreshes are slow, so that several are under way at once',
        ...refresh({ times: 8, delay: '200ms' }),
      },
      { called: 'No refresh token given', says: 'The answer has no refresh token', ...token({ patch: { refresh_token: null } }) },
    ],
  },
  {
    heading: 'The end of a grant',
    situations: [
      { called: 'The user removed the app', says: 'The user takes the app’s permission away', goTo: '/grants', label: 'Grants' },
      { called: 'Third-party revocation', says: 'Somebody else revokes the token', goTo: '/grants', label: 'Grants' },
      { called: 'Tokens expired', says: 'All access tokens expire now', expire: 'access' },
      { called: 'User disabled', says: 'The user’s account is disabled', goTo: '/sandbox', label: 'Users' },
      {
        called: 'Subject changed',
        says: 'ID tokens are about another subject',
        ...token({ id_token: 'other_subject' }),
        isServed: hasIdTokens,
      },
    ],
  },
  {
    heading: 'Signing out',
    situations: [
      {
        called: 'Another state on the way back',
        says: 'The browser comes back from signing out with another state',
        arm: [{ endpoint: 'end_session', logout: 'wrong_state' }],
      },
    ],
  },
  {
    heading: 'APIs',
    situations: [
      { called: '401', says: 'The API does not take the token', ...resource({ error: 'invalid_token' }) },
      { called: '403 insufficient_scope', says: 'The token may not do that', ...resource({ error: 'insufficient_scope' }) },
      { called: '429', says: 'There were too many calls', ...resource({ status: 429, headers: { 'Retry-After': '30' } }) },
      { called: '5xx', says: 'The vendor is down for 3 calls', ...resource({ times: 3, status: 502, body: 'Bad Gateway' }) },
    ],
  },
  {
    heading: 'Time',
    situations: [
      { called: 'An hour later', says: 'An hour passes', advance: '61m' },
      { called: 'Clock skew: the provider is 90 s ahead', says: 'The vendor’s clock is 90 seconds ahead', advance: '90s' },
      { called: 'Clock skew: the provider is 90 s behind', says: 'The vendor’s clock is 90 seconds behind', advance: '-90s' },
      { called: 'A clock that stands still', says: 'The vendor’s clock stands still', stop: true },
    ],
  },
  {
    heading: 'Keys and discovery',
    situations: [
      { called: 'Key rotated', says: 'The vendor signs with a new key', rotate: 'rotate', isServed: hasKeys },
      { called: 'Key retired', says: 'The key that signed until now is taken away', rotate: 'retire', isServed: hasKeys },
      { called: 'Key published late', says: 'The new key is not in the key set yet', rotate: 'publish_late', isServed: hasKeys },
      { called: 'JWKS down', says: 'The key set is down until you disarm it', arm: [{ endpoint: 'jwks', times: 0, status: 503 }] },
      {
        called: 'Issuer mismatch',
        says: 'The vendor says that it is https://login.example.com',
        set: { issuer: 'https://login.example.com' },
        isServed: hasDiscovery,
      },
      {
        called: 'Discovery down',
        says: 'The discovery document is down until you disarm it',
        arm: [{ endpoint: 'discovery', times: 0, status: 503 }],
      },
      {
        called: 'Endpoints at other paths',
        says: 'Discovery names other addresses for tokens and keys',
        set: { alias_path: '/moved' },
        isServed: hasDiscovery,
      },
    ],
  },
  {
    heading: 'Tokens that are wrong',
    situations: [
      { called: 'Signed wrongly', says: 'Tokens have a broken signature', ...token({ token: 'bad_signature' }) },
      { called: 'Expired', says: 'Tokens have expired when they come', ...token({ token: 'expired' }) },
      { called: 'The ID token alone', says: 'The ID token alone has expired', ...token({ id_token: 'expired' }), isServed: hasIdTokens },
      { called: 'For another audience', says: 'Tokens are for somebody else', ...token({ token: 'wrong_audience' }) },
      { called: 'Of another issuer', says: 'Tokens are of another issuer', ...token({ token: 'wrong_issuer' }) },
      { called: 'Signed by a key that nobody knows', says: 'Tokens name a key that nobody knows', ...token({ token: 'unknown_kid' }) },
      {
        called: 'Signed by a key that nobody published',
        says: 'The ID token is signed by a foreign key',
        ...token({ id_token: 'foreign_key' }),
        isServed: hasIdTokens,
      },
      {
        called: 'For the audience that the client asks for',
        says: 'Tokens are for whom the request’s audience or resource names: the client sends it',
        byHand: true,
      },
      { called: 'With claims of your own', says: 'Tokens have claims of your own', goTo: '/tokens', label: 'Mint a token' },
    ],
  },
]
