import { seconds } from './clock.ts'
import type { Context } from './context.ts'
import type { Issue } from './grants/grant-type.ts'
import { makeIdToken } from './id-token.ts'
import { mintExchanged } from './mint-exchanged.ts'
import { digest } from './random.ts'
import type { AccessTokenDetails, Client } from './records.ts'
import { sameScopes, scopes } from './scope.ts'
import type { RefreshTokenDraft } from './store.ts'
import type { IssuedTokens, TokenDraft } from './token-profile.ts'

/** Makes the tokens of an issue and stores them; the one place where tokens come from. */
export async function mint(issue: Issue, client: Client, context: Context): Promise<IssuedTokens> {
  if (issue.requested_token === 'id_token' || issue.requested_token === 'refresh_token') return mintExchanged(issue, client, context)
  const { realm, issuer } = context
  const { store, settings, tokens } = realm
  const now = realm.clock.now()
  const iat = seconds(now)
  const { grant, user, scope } = issue
  const details = accessTokenDetails(issue, context)
  const id = await store.reserveIds(1)
  const draft = (use: TokenDraft['use'], ttl: number, scope: string): TokenDraft => {
    const exp = ttl > 0 ? iat + ttl : undefined
    return { use, id, issuer, client, user, grant, scope, details, iat, exp, requested: issue.requested_token }
  }

  const ttl = Math.min(issue.expires_in ?? Number.POSITIVE_INFINITY, settings.access_token_ttl)
  const access_token = await tokens.access.make(draft('access', ttl, scope), realm)
  const { refresh: wanted } = issue
  const used = typeof wanted === 'object' ? wanted : undefined
  let refresh_token = used?.keep
  let refresh: RefreshTokenDraft | undefined
  if (wanted !== 'none' && refresh_token === undefined) {
    const { refresh_token_ttl } = settings
    // A refresh that asked for less narrows its access token alone (RFC 6749 §6).
    refresh_token = await tokens.refresh.make(draft('refresh', refresh_token_ttl, grant.scope), realm)
    refresh = {
      digest: digest(refresh_token),
      generation: (used?.generation ?? 0) + 1,
      expires_at: refresh_token_ttl > 0 ? now + refresh_token_ttl * 1000 : null,
    }
  }
  await store.saveTokens({
    id,
    grant_id: grant.id,
    parent_id: used?.id ?? null,
    issued_at: now,
    access: {
      digest: digest(access_token),
      scope: scope === grant.scope ? null : scope,
      details: details.aud === undefined && details.cnf === undefined ? undefined : details,
      // To the second, as the token itself says.
      expires_at: (iat + ttl) * 1000,
    },
    refresh,
  })
  const id_token =
    user !== undefined && issue.requested_token === undefined && issue.id_token !== false && scopes(scope).includes('openid')
      ? await makeIdToken({ client, user, scope, details: grant.details, nonce: issue.nonce, access_token }, context)
      : undefined
  return {
    access_token,
    access_token_id: id,
    refresh_token,
    id_token,
    token_type: details.cnf?.jkt === undefined ? 'Bearer' : 'DPoP',
    issued_token_type: issue.issued_token_type,
    expires_in: settings.reported_expires_in ?? ttl,
    issued_at: iat,
    client,
    user,
    scope,
    scope_differs: issue.requested_scope !== undefined && !sameScopes(issue.requested_scope, scope),
  }
}

function accessTokenDetails(issue: Issue, { confirmation }: Context): AccessTokenDetails {
  const aud = issue.audience ?? issue.grant.details.resource
  return { ...(aud === undefined || aud.length === 0 ? {} : { aud }), ...(confirmation === undefined ? {} : { cnf: confirmation }) }
}
