import type { FaultEffects } from '../../oauth/faults/registry.ts'
import type { Endpoint } from '../../oauth/model/endpoint.ts'

/** One of something, and several. */
type Noun = readonly [one: string, several: string]

/** What meets a fault, by endpoint. */
export const meets: Readonly<Record<Endpoint | '*', Noun>> = {
  '*': ['request', 'requests'],
  authorize: ['sign-in', 'sign-ins'],
  token: ['token request', 'token requests'],
  userinfo: ['userinfo call', 'userinfo calls'],
  jwks: ['fetch of the key set', 'fetches of the key set'],
  discovery: ['fetch of the discovery document', 'fetches of the discovery document'],
  introspection: ['introspection', 'introspections'],
  revocation: ['revocation', 'revocations'],
  device_authorization: ['request for a device code', 'requests for a device code'],
  backchannel_authentication: ['backchannel request', 'backchannel requests'],
  par: ['pushed authorization request', 'pushed authorization requests'],
  registration: ['registration of a client', 'registrations of a client'],
  end_session: ['sign-out', 'sign-outs'],
  api: ['API call', 'API calls'],
}

/** The same of token requests, by grant type. */
export const meetsByGrant: Readonly<Record<string, Noun>> = {
  authorization_code: ['exchange of a code', 'exchanges of a code'],
  refresh_token: ['refresh', 'refreshes'],
  client_credentials: ['request for a token of the app’s own', 'requests for a token of the app’s own'],
  password: ['request with a password', 'requests with a password'],
}

type Choices<N extends keyof FaultEffects> = NonNullable<FaultEffects[N]> & string

/** How a token is wrong, said behind its name. */
export const tokenFlaws: Readonly<Record<Choices<'token' | 'id_token' | 'logout_token'>, string>> = {
  bad_signature: 'with a broken signature',
  expired: 'past its time',
  not_yet_valid: 'before its time',
  wrong_audience: 'for another audience',
  wrong_issuer: 'of another issuer',
  alg_none: 'without a signature (alg none)',
  unknown_kid: 'signed by a key that nobody knows',
  missing_iss: 'without iss',
  missing_sub: 'without sub',
  missing_aud: 'without aud',
  missing_exp: 'without exp',
  missing_iat: 'without iat',
  missing_nonce: 'without the nonce',
  other_nonce: 'with another nonce',
  other_subject: 'about another subject',
  wrong_at_hash: 'with another at_hash',
  wrong_c_hash: 'with another c_hash',
  aud_others: 'for others, too',
  old_iat: 'issued a week ago',
  foreign_key: 'signed by a key that nobody published',
  hs256_public_key: 'signed with the public key as a secret (HS256)',
  no_kid: 'that names no key, which is allowed',
  aud_list: 'whose audience is a list, which is allowed',
  resigned: 'signed anew, which is allowed',
  missing_events: 'without events',
  other_event: 'of another event',
  with_nonce: 'with a nonce',
}

/** What is wrong with the answer at the redirect URI, said behind "comes back". */
export const callbackFlaws: Readonly<Record<Choices<'callback'>, string>> = {
  wrong_state: 'with another state',
  missing_state: 'without the state',
  wrong_iss: 'with another issuer',
  missing_iss: 'without the issuer',
  missing_code: 'without a code',
  code_and_error: 'with a code and an error at once',
  foreign_code: 'with the code of another user',
  foreign_code_wrong_state: 'with the code of another user and another state',
  foreign_code_missing_state: 'with the code of another user and no state',
  extra: 'with parameters that nobody knows',
  twice: 'two times',
  held: 'not before somebody calls the app back',
}

/** The same of a sign-out. */
export const logoutFlaws: Readonly<Record<Choices<'logout'>, string>> = {
  wrong_state: 'with another state',
  missing_state: 'without the state',
}

/** What comes in the place of an answer, said behind "answers". */
export const malformations: Readonly<Record<Choices<'malformed'>, string>> = {
  invalid_json: 'what is no JSON',
  html: 'HTML',
  empty: 'nothing',
  wrong_content_type: 'as plain text',
  truncated: 'with the half of it',
}

/** Other choices of the catalogue. */
const others: Readonly<Record<string, string>> = {
  start: 'before the answer',
  body: 'in the middle of the answer',
  true: 'before anything is done',
  after: 'when all is done, before the answer',
}

/** A choice of the catalogue, as an entry of a list. */
export function choiceInWords(member: string, value: string): string {
  const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    token: tokenFlaws,
    id_token: tokenFlaws,
    logout_token: tokenFlaws,
    callback: callbackFlaws,
    logout: logoutFlaws,
    malformed: malformations,
  }
  return (tables[member] ?? others)[value] ?? value.replaceAll('_', ' ')
}

/** Kinds of the catalogue whose names do not say enough. */
export const kindWords: Readonly<Record<string, string>> = {
  delay: 'The answer is late',
  drop: 'The connection ends',
  error: 'An error of the vendor',
  status: 'Another answer',
  headers: 'More headers',
  patch: 'The answer’s JSON is changed',
  malformed: 'The answer cannot be read',
  token: 'The tokens are wrong',
  id_token: 'The ID token is wrong',
  granted_scope: 'Another scope is granted',
  callback: 'The browser comes back otherwise',
  logout: 'The browser comes back from signing out otherwise',
  logout_token: 'Clients are told of a sign-out wrongly',
}

/** Members of faults, as their fields are called. */
export const memberWords: Readonly<Record<string, string>> = {
  delay: 'How long',
  delay_at: 'Where it waits',
  drop: 'When',
  error: 'Error code',
  error_description: 'What it says',
  status: 'Status',
  patch: 'Merge patch',
  malformed: 'It answers',
  token: 'Each is',
  id_token: 'It is',
  id_token_user: 'About the user',
  granted_scope: 'Scope',
  callback: 'It comes back',
  callback_user: 'Whose code a foreign code is',
  logout: 'It comes back',
  logout_token: 'The logout token is',
}
