import { makeHandle } from '../../oauth/model/handle.ts'
import type { TokenDraft, TokenFormat, TokenProfile } from '../../oauth/model/token-profile.ts'
import { keyInClaim } from '../../oauth/tokens/formats.ts'

/** Both tokens are JWTs; the vendor's page fixes the header and that the first claim begins with "tok", the rest is ours. */
const format: TokenFormat = {
  make(draft: TokenDraft) {
    const { client, user, grant, details } = draft
    const claims = {
      tokenId: makeHandle(draft.id),
      use: draft.use,
      iss: draft.issuer,
      sub: user?.user_id ?? grant.details.sub ?? client.client_id,
      aud: details.aud?.length === 1 ? details.aud[0] : (details.aud ?? client.client_id),
      app: client.app.app_id,
      username: user?.username,
      type: user?.type ?? undefined,
      scope: draft.scope,
      iat: draft.iat,
      exp: draft.exp,
      act: grant.details.act,
    }
    return { claims, alg: 'HS256' }
  },
  keyOf: (token) => keyInClaim(token, 'tokenId'),
}

/** The four members of the vendor's answer in their order; `scope` only where RFC 6749 §5.1 requires it. */
export const iokidsTokens: TokenProfile = {
  access: format,
  refresh: format,
  tokenResponse: (issued) => ({
    access_token: issued.access_token,
    ...(issued.refresh_token === undefined ? {} : { refresh_token: issued.refresh_token }),
    expires_in: issued.expires_in,
    token_type: issued.token_type,
    ...(issued.issued_token_type === undefined ? {} : { issued_token_type: issued.issued_token_type }),
    ...(issued.scope_differs ? { scope: issued.scope } : {}),
  }),
}
