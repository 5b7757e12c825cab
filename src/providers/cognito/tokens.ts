import { createHash, type JsonWebKey, randomBytes } from 'node:crypto'
import { readClaims } from '../../oauth/jose/jwt.ts'
import type { KeyDialect } from '../../oauth/jose/keys.ts'
import type { KeySlot } from '../../oauth/jose/stored-keys.ts'
import { type HandleFormat, maskedHandles } from '../../oauth/model/handle.ts'
import type { Grant } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Lifetimes, StatementWording, TokenFormat, TokenProfile } from '../../oauth/model/token-profile.ts'
import { asClaim, attributesOf, groupsOf, readableAttributes } from './attributes.ts'
import { derivedUuid, uuidHandles } from './uuid.ts'

/** What all tokens of one sign-in tell of it. */
function eventOf({ id, created_at }: Grant) {
  const event = `${id} ${created_at}`
  return { origin_jti: derivedUuid(`origin ${event}`), event_id: derivedUuid(`event ${event}`) }
}

/** Without `aud`, unless a resource was asked for; that of a client by itself says less and in another order. */
const accessTokens: TokenFormat = {
  make(draft) {
    const { client, user, grant, scope, issuer, iat, exp, details } = draft
    // Of a resource that was asked for alone.
    const aud = details.aud?.length === 1 ? details.aud[0] : details.aud
    const jti = uuidHandles.make(draft.id)
    const { client_id } = client
    const common = { token_use: 'access', scope, auth_time: grant.details.auth_time ?? iat }
    const { origin_jti, event_id } = eventOf(grant)
    const isDirect = grant.details.vendor?.door === 'api'
    const claims =
      user === undefined
        ? { sub: client_id, ...common, iss: issuer, exp, iat, version: 2, jti, client_id, aud }
        : {
            sub: user.user_id,
            'cognito:groups': groupsOf(user),
            iss: issuer,
            version: isDirect ? undefined : 2,
            client_id,
            aud,
            origin_jti,
            event_id,
            ...common,
            exp,
            iat,
            jti,
            username: user.username,
          }
    return { claims, alg: 'RS256' }
  },
  keyOf(token) {
    const claims = readClaims(token)
    return claims?.token_use === 'access' && typeof claims.jti === 'string' ? uuidHandles.key(claims.jti) : undefined
  },
}

/** Attributes behind what the protocol says: the address first, then the pool's own, then the number. */
function placeOf(name: string): number {
  return name.startsWith('custom:') ? 2 : ['', 'email', '', 'phone_number', 'phone_number_verified'].indexOf(name)
}

/** In the vendor's order: attributes stand before and behind what the protocol says. */
const idToken: StatementWording = ({ claims, client, user, grant, scope }) => {
  const isDirect = grant.details.vendor?.door === 'api'
  const attributes = isDirect ? attributesOf(user) : readableAttributes(user, scopes(scope))
  const {
    sub,
    email_verified,
    given_name,
    identities: _text,
    ...rest
  } = Object.fromEntries(
    Object.entries(attributes)
      .toSorted(([one], [other]) => placeOf(one) - placeOf(other))
      .map(([name, value]) => [name, asClaim(name, value)]),
  )
  const { origin_jti, event_id } = eventOf(grant)
  const { 'cognito:roles': roles, 'cognito:preferred_role': preferred, identities } = user.claims
  return {
    at_hash: isDirect ? undefined : claims.at_hash,
    sub,
    'cognito:groups': groupsOf(user),
    email_verified,
    'cognito:preferred_role': preferred,
    iss: claims.iss,
    'cognito:username': user.username,
    nonce: claims.nonce,
    given_name,
    origin_jti,
    'cognito:roles': roles,
    aud: client.client_id,
    identities,
    event_id,
    token_use: 'id',
    auth_time: claims.auth_time,
    exp: claims.exp,
    iat: claims.iat,
    jti: derivedUuid(`id ${grant.id} ${claims.iat} ${randomBytes(8).toString('hex')}`),
    ...rest,
  }
}

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const keyPart: HandleFormat = maskedHandles(base64url, 341)
const refreshHeader = Buffer.from('{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}').toString('base64url')

/** They look like a JWE (RFC 7516 §3.1) and nobody but us can open them: where the key would be encrypted stands the handle. */
const refreshTokens: TokenFormat = {
  make(draft) {
    const [iv, ciphertext, tag] = [12, 850, 16].map((bytes) => randomBytes(bytes).toString('base64url'))
    // The last of 342 characters has two bits of 256 octets.
    return [refreshHeader, `${keyPart.make(draft.id)}A`, iv, ciphertext, tag].join('.')
  },
  keyOf(token) {
    const [header, key, ...rest] = token.split('.')
    return header === refreshHeader && rest.length === 3 ? keyPart.key(key?.slice(0, -1) ?? '') : undefined
  },
}

/** Minutes, hours or days, as clients of a pool have them. */
const units = { seconds: 1, minutes: 60, hours: 3600, days: 24 * 3600 } as const
type Unit = keyof typeof units

/** What a client says of the lives of its tokens. */
export interface TokenValidity {
  AccessTokenValidity?: number
  IdTokenValidity?: number
  RefreshTokenValidity?: number
  TokenValidityUnits?: { AccessToken?: Unit; IdToken?: Unit; RefreshToken?: Unit }
}

/** Seconds, of what is said. */
export function lifetimesOf({
  AccessTokenValidity,
  IdTokenValidity,
  RefreshTokenValidity,
  TokenValidityUnits = {},
}: TokenValidity): Lifetimes {
  const { AccessToken = 'hours', IdToken = 'hours', RefreshToken = 'days' } = TokenValidityUnits
  const lives = (value: number | undefined, unit: Unit) => (value === undefined ? undefined : value * units[unit])
  return {
    access: lives(AccessTokenValidity, AccessToken),
    id: lives(IdTokenValidity, IdToken),
    refresh: lives(RefreshTokenValidity, RefreshToken),
  }
}

export const cognitoTokens: TokenProfile = {
  access: accessTokens,
  refresh: refreshTokens,
  codes: { make: (id) => uuidHandles.make(id), keyOf: uuidHandles.key },
  lifetimes: ({ client }) => lifetimesOf(client.metadata as TokenValidity),
  tokenResponse: ({ id_token, access_token, refresh_token, expires_in }) => ({
    id_token,
    access_token,
    refresh_token,
    expires_in,
    token_type: 'Bearer',
  }),
  idToken,
  userinfo: {
    scope: 'openid',
    body({ user, scope }) {
      const { sub, ...rest } = readableAttributes(user, scopes(scope))
      return { sub, ...rest, username: user.username }
    },
  },
}

/** Base64 of 32 octets, which a key has by its thumbprint and its purpose. */
export function keyId(slot: KeySlot, number: number, { n }: JsonWebKey): string {
  return createHash('sha256').update(`${slot} ${number} ${n}`).digest('base64')
}

/** The vendor's headers have the key first and no type. */
export const cognitoKeys: KeyDialect = {
  id_tokens: true,
  header: ({ kid, alg }) => JSON.stringify({ kid, alg }),
  published: (keys) => keys.map(({ alg, e, kid, kty, n, use }) => ({ alg, e, kid, kty, n, use })),
}
