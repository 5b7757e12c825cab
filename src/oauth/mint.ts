import { seconds } from './clock.ts'
import type { Context } from './context.ts'
import type { Issue } from './grants/grant-type.ts'
import { makeHandle } from './handle.ts'
import { digest } from './random.ts'
import type { Client } from './records.ts'
import { scopes } from './scope.ts'
import type { RefreshTokenDraft } from './store.ts'
import type { IssuedTokens, TokenDraft } from './token-profile.ts'

/** Makes the tokens of an issue and stores them; the one place where tokens come from. */
export async function mint(issue: Issue, client: Client, { realm, issuer }: Context): Promise<IssuedTokens> {
  const { store, settings, tokens } = realm
  const now = realm.clock.now()
  const { grant, user, scope } = issue
  const first = await store.reserveIds(2)
  const draft = (use: TokenDraft['use'], id: number, ttl: number): TokenDraft => {
    const iat = seconds(now)
    return { use, handle: makeHandle(id), issuer, client, user, grant, scope, iat, exp: ttl > 0 ? iat + ttl : undefined }
  }

  const access_token = await tokens.access.make(draft('access', first, settings.access_token_ttl), settings)
  let refresh_token: string | undefined
  let refresh: RefreshTokenDraft | undefined
  const parent = typeof issue.refresh === 'object' && 'id' in issue.refresh ? issue.refresh : undefined
  if (issue.refresh === 'first' || parent !== undefined) {
    refresh_token = await tokens.refresh.make(draft('refresh', first + 1, settings.refresh_token_ttl), settings)
    refresh = {
      id: first + 1,
      grant_id: grant.id,
      parent_id: parent?.id ?? null,
      generation: (parent?.generation ?? 0) + 1,
      digest: digest(refresh_token),
      scope: grant.scope,
      issued_at: now,
      expires_at: settings.refresh_token_ttl > 0 ? now + settings.refresh_token_ttl * 1000 : null,
    }
  } else if (typeof issue.refresh === 'object' && 'keep' in issue.refresh) {
    refresh_token = issue.refresh.keep
  }
  await store.saveTokens(
    {
      id: first,
      grant_id: grant.id,
      refresh_id: refresh?.id ?? null,
      digest: digest(access_token),
      scope,
      issued_at: now,
      expires_at: now + settings.access_token_ttl * 1000,
    },
    refresh,
  )
  return {
    access_token,
    refresh_token,
    expires_in: settings.reported_expires_in ?? settings.access_token_ttl,
    scope,
    scope_differs: issue.requested_scope !== undefined && !sameScopes(issue.requested_scope, scope),
  }
}

function sameScopes(a: string, b: string): boolean {
  return scopes(a).sort().join(' ') === scopes(b).sort().join(' ')
}
