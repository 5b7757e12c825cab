import type { TokenProfile } from '../../oauth/model/token-profile.ts'
import { opaqueTokens, standardAccessTokens } from '../../oauth/tokens/formats.ts'

/** RFC 6749 §5.1, with the members of OpenID Connect Core §3.1.3.3 and RFC 8693 §2.2.1. */
export const standardTokens: TokenProfile = {
  access: standardAccessTokens,
  refresh: opaqueTokens,
  tokenResponse: (issued) => ({
    access_token: issued.access_token,
    issued_token_type: issued.issued_token_type,
    token_type: issued.token_type,
    expires_in: issued.expires_in,
    refresh_token: issued.refresh_token,
    scope: issued.scope === '' ? undefined : issued.scope,
    id_token: issued.id_token,
  }),
}
