import { given } from '../../basics/given.ts'
import { OAuthError } from '../model/errors.ts'
import type { Client, User } from '../model/records.ts'
import { scopes } from '../model/scope.ts'
import type { TokenDraft, TokenMaterial } from '../model/token-profile.ts'
import { type Context, sessionDetails } from '../realm/context.ts'
import { targetsOf } from '../realm/targets.ts'
import { issueTokens } from '../tokens/issue.ts'

/** Tokens that are wanted without a flow. */
export interface DirectMint {
  client: Client
  /** Nobody for the client's own tokens. */
  user: User | undefined
  scope: string
  /** They stand in every JWT beside the usual claims, or in their place. */
  claims?: Readonly<Record<string, unknown>> | undefined
  /** Seconds; negative for a token that is born expired. */
  expires_in?: number | undefined
  /** Whom the access token is for, as `audience` of a request says it. */
  audience?: string | undefined
  /** Of the access token, in the place of what the client or the sandbox has. */
  format?: 'jwt' | 'opaque' | undefined
}

/**
 * Mints as a flow would at its end, for tests that are about something else.
 * @throws OAuthError `invalid_request` when claims are wanted and no token could carry them, `invalid_target` for an audience that nobody may have
 * @returns the members of the token answer, as the provider orders them
 */
export async function mintDirectly(
  { client, user, scope, claims, expires_in, audience, format }: DirectMint,
  context: Context,
): Promise<Record<string, unknown>> {
  const { realm } = context
  const { tokens } = realm
  const made = format === undefined ? client : { ...client, metadata: { ...client.metadata, access_token_format: format } }
  const resource = audience === undefined ? undefined : targetsOf({ audience }, context)
  const make = (draft: TokenDraft, material: TokenMaterial) => {
    const exp = expires_in === undefined ? draft.exp : draft.iat + expires_in
    const token = tokens.access.make({ ...draft, client: made, exp }, material)
    if (claims === undefined || typeof token !== 'string' || (user !== undefined && scopes(scope).includes('openid'))) return token
    const explanation = 'Access tokens of this client are opaque, and without openid there is no ID token'
    throw new OAuthError('invalid_request', 'claims have no place', explanation)
  }
  const settings =
    expires_in === undefined ? realm.settings : { ...realm.settings, access_token_ttl: expires_in, reported_expires_in: null }
  const special: Context = { ...context, realm: { ...realm, settings, tokens: { ...tokens, access: { ...tokens.access, make } } } }
  const grant = realm.store.saveGrant({
    client,
    user,
    grant_type: user === undefined ? 'client_credentials' : 'authorization_code',
    scope,
    details: {
      ...(user !== undefined && { auth_time: Math.floor(realm.clock.now() / 1000), ...sessionDetails(realm) }),
      ...given({ resource }),
    },
    created_at: realm.clock.now(),
  })
  context.trace.grant_id = grant.id
  const refresh = user !== undefined && client.grant_types.includes('refresh_token') ? 'first' : 'none'
  const issued = await issueTokens({ grant, user, scope, refresh, claims, expires_in }, undefined, client, special)
  return realm.tokens.tokenResponse(issued, special.realm)
}
