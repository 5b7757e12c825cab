import { given } from '../../basics/given.ts'
import { randomFrom, randomText } from '../../basics/random.ts'
import type { KeyDialect } from '../../oauth/jose/keys.ts'
import { maskedHandles } from '../../oauth/model/handle.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { StatementWording, TokenFormat, TokenProfile } from '../../oauth/model/token-profile.ts'
import { charactersOf } from '../data/alphabet.ts'
import { exchangeType } from './grants.ts'
import { scopedId } from './ids.ts'
import { notePassword } from './passwords.ts'
import { nameOf, pictureOf } from './profile.ts'
import { facebookSettings } from './settings.ts'

const alphabet = charactersOf('letters_digits')
const userHandles = maskedHandles(alphabet, 40)
const appHandles = maskedHandles(alphabet, 27)
const codeHandles = maskedHandles(charactersOf('url_safe'), 40)

/** Users' tokens are letters and digits, an app's begins with its id. */
const access: TokenFormat = {
  make({ id, client, user, issued_at }, { documents }) {
    if (user === undefined) return `${client.client_id}|${appHandles.make(id)}`
    notePassword(user, documents, issued_at)
    return `EAA${userHandles.make(id)}${randomFrom(alphabet, 140)}`
  },
  keyOf(token) {
    const [app = '', handle] = token.split('|')
    if (handle !== undefined) return /^\d+$/.test(app) ? appHandles.key(handle) : undefined
    return token.startsWith('EAA') ? userHandles.key(token.slice(3, 43)) : undefined
  },
}

/** Members in the vendor's order, for Limited Login; who is asked about by an access token asks the API. */
const idToken: StatementWording = ({ claims, user, client, scope }) => {
  const { aud, iat, exp, nonce, at_hash } = claims
  const asked = scopes(scope)
  const sub = scopedId(user, client.app)
  return given({
    // Whichever of its hosts was asked.
    iss: claims.iss,
    aud,
    sub,
    iat,
    exp,
    jti: randomText(43),
    nonce,
    at_hash,
    email: asked.includes('email') ? (user.email ?? undefined) : undefined,
    given_name: user.first_name || undefined,
    family_name: user.last_name || undefined,
    name: nameOf(user),
    picture: pictureOf(sub, String(claims.iss)),
  })
}

/** How the vendor's tokens look and live: long from server to server, short through the browser, an app's for good. */
export const facebookTokens: TokenProfile = {
  access,
  // There are none.
  refresh: access,
  codes: {
    make: (id) => `AQ${codeHandles.make(id)}${randomText(260)}`,
    keyOf: (code) => (code.startsWith('AQ') ? codeHandles.key(code.slice(2, 42)) : undefined),
  },
  parameters: ['return_scopes', 'auth_type'],
  lifetimes({ grant, parameters }, { settings }) {
    if (grant.grant_type === 'client_credentials') return { access: Number.POSITIVE_INFINITY }
    // What comes beside a code comes through the browser too.
    const isBeside = parameters === undefined && grant.details.parameters?.response_type?.split(' ').includes('token') === true
    const isShort = grant.grant_type === 'implicit' || isBeside
    return { access: isShort ? facebookSettings.of(settings).short_token_ttl : undefined }
  },
  tokenResponse: ({ access_token, expires_in, id_token, grant }) =>
    given({
      access_token,
      token_type: 'bearer',
      expires_in,
      id_token: grant.grant_type === exchangeType ? undefined : id_token,
    }),
  idToken,
}

export const facebookKeys: KeyDialect = {
  header: ({ alg, typ, kid }) => `{"kid":"${kid}","typ":"${typ}","alg":"${alg}"}`,
  published: (keys) => keys.map(({ kid, kty, alg, use, n, e }) => ({ kid, kty, alg, use, n, e })),
}
