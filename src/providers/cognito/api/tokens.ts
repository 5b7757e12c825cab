import { sameSecret } from '../../../basics/random.ts'
import { selfSignedCertificate } from '../../../basics/x509.ts'
import { findToken } from '../../../oauth/endpoints/introspection.ts'
import type { Client } from '../../../oauth/model/records.ts'
import { ApiError, notAuthorized } from '../errors.ts'
import type { PoolCall } from './admin-users.ts'
import type { ClientCall } from './authenticate.ts'
import { refreshTokens } from './issue.ts'

/** The client of a request that brings its secret itself. @throws ApiError */
function authenticated({ input, client }: ClientCall, explanation: string): Client {
  const secret = input.text('ClientSecret')
  if (client.client_secret === null || (secret !== undefined && sameSecret(secret, client.client_secret))) return client
  throw notAuthorized('Invalid client secret', explanation, 'secret_wrong')
}

/** Revokes a refresh token with all that came of it. */
export function revokeToken(call: ClientCall) {
  const token = call.input.need('Token')
  const client = authenticated(call, 'ClientSecret is not the one of the client')
  const { store, clock } = call.pool.world
  const found = findToken(token, call.pool.context)
  if (found?.use === 'access' || /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) {
    throw new ApiError('UnsupportedTokenTypeException', 'Unsupported token type', 'Only refresh tokens can be revoked')
  }
  if (found !== undefined && found.token.client.client_id !== client.client_id) {
    throw new ApiError(
      'UnauthorizedException',
      'Client is not authorized to revoke the token',
      'The token is of another client',
      'token_foreign',
    )
  }
  if (found !== undefined) store.revokeGrant(found.token.grant.id, 'the client revoked its refresh token', clock.now())
  return {}
}

/** A refresh that also serves clients whose refresh tokens rotate. */
export async function getTokensFromRefreshToken(call: ClientCall) {
  const token = call.input.need('RefreshToken')
  const client = authenticated(call, 'ClientSecret is not the one of the client')
  const { AuthenticationResult } = await refreshTokens(token, client, call.pool)
  return { AuthenticationResult }
}

/** The certificate of the key that signs ID tokens, which the vendor says for SAML; base64 of DER. */
export async function getSigningCertificate({ pool }: PoolCall) {
  const { key, kid } = await pool.world.keys.signingIdTokens('RS256')
  return { Certificate: selfSignedCertificate(key, kid).toString('base64') }
}
