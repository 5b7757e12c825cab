import { createHash, type JsonWebKey } from 'node:crypto'
import { given } from '../../basics/given.ts'
import { randomFrom } from '../../basics/random.ts'
import type { KeyDialect } from '../../oauth/jose/keys.ts'
import { maskedHandles } from '../../oauth/model/handle.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { StatementWording, TokenFormat, TokenProfile } from '../../oauth/model/token-profile.ts'
import { charactersOf } from '../data/alphabet.ts'
import { emailFor } from './accounts.ts'
import { appleSettings } from './settings.ts'
import { transferSub } from './transfers.ts'

const handles = maskedHandles(charactersOf('url_safe'), 22)
const letters = 'abcdefghijklmnopqrstuvwxyz'

/** A letter that says what it is, 32 hexadecimal digits, `0`, some letters and 22 characters. */
function textsOf(kind: 'a' | 'c' | 'r') {
  return {
    make: (id: number) => `${kind}${randomFrom(charactersOf('hex'), 32)}.0.${randomFrom(letters, 5)}.${handles.make(id)}`,
    keyOf: (text: string) => (text.startsWith(kind) ? handles.key(text.split('.')[3] ?? '') : undefined),
  }
}

function tokensOf(kind: 'a' | 'r'): TokenFormat {
  const { make, keyOf } = textsOf(kind)
  return { make: ({ id }) => make(id), keyOf }
}

/** What is known of the user's address, in the vendor's order. */
const emailClaims: StatementWording = ({ user, client, scope }, { documents, settings }) => {
  const email = scopes(scope).includes('email') ? emailFor(user, client.app, { documents, settings }) : undefined
  if (email === undefined) return {}
  const yes = appleSettings.of(settings).boolean_claims === 'string' ? 'true' : true
  return given({ email, email_verified: yes, is_private_email: email === user.email ? undefined : yes })
}

/** How real the vendor thinks a user is, whom it has seen at a device: 2 for likely. */
const likelyReal = 2

const idToken: StatementWording = (statement, material) => {
  const { iss, aud, exp, iat, sub, nonce, c_hash, at_hash, auth_time } = statement.claims
  const isNative = statement.client.metadata.application_type === 'native'
  return given({
    ...{ iss, aud, exp, iat, sub, nonce, c_hash, at_hash: c_hash === undefined ? at_hash : undefined },
    ...emailClaims(statement, material),
    ...{ auth_time, nonce_supported: true, real_user_status: isNative ? likelyReal : undefined },
    transfer_sub: transferSub(statement.user, material),
  })
}

/** How the vendor's tokens look. A refresh token holds for good. */
export const appleTokens: TokenProfile = {
  access: tokensOf('a'),
  refresh: tokensOf('r'),
  codes: textsOf('c'),
  tokenResponse: ({ access_token, token_type, expires_in, refresh_token, id_token, parameters }) =>
    given({
      access_token,
      token_type,
      expires_in,
      refresh_token: parameters?.grant_type === 'refresh_token' ? undefined : refresh_token,
      id_token,
    }),
  idToken,
}

/** Three keys, of which one signs: apps choose by kid. */
export const appleKeys: KeyDialect = {
  header: ({ alg, kid }) => `{"kid":"${kid}","alg":"${alg}"}`,
  id_tokens: true,
  next: true,
  published: (keys) => keys.map(({ kty, kid, use, alg, n, e }) => ({ kty, kid, use, alg, n, e })),
}

/** Ten letters and digits, of the public key. */
export function appleKid(_slot: string, number: number, { n = '' }: JsonWebKey): string {
  const characters = charactersOf('letters_digits')
  const hash = createHash('sha256').update(`${number} ${n}`).digest()
  return [...hash.subarray(0, 10)].map((byte) => characters[byte % characters.length]).join('')
}
