import { given } from '../../basics/given.ts'
import type { StatementWording, TokenProfile } from '../../oauth/model/token-profile.ts'
import { accessTokens, codes, refreshTokens } from './ids.ts'
import { profileOf } from './profile.ts'
import { answeredScope } from './scopes.ts'
import { isTesting } from './settings.ts'

/** Claims in the vendor's order. */
const idToken: StatementWording = ({ claims, user, scope, issuer, parameters }) => {
  const { iss, azp, aud, sub, iat, exp, at_hash, c_hash, nonce, auth_time } = claims
  const { hd, email, email_verified, name, picture, given_name, family_name } = profileOf(user, scope, issuer)
  const asked = parameters.claims?.includes('"auth_time"') === true ? auth_time : undefined
  return given({
    ...{ iss, azp, aud, sub, hd, email, email_verified, at_hash, c_hash, nonce, name, picture, given_name, family_name },
    ...{ auth_time: asked, iat, exp },
  })
}

/** How the vendor's tokens look, and what it answers with them. */
export const googleTokens: TokenProfile = {
  access: accessTokens,
  refresh: refreshTokens,
  codes,
  parameters: ['access_type', 'include_granted_scopes', 'enable_granular_consent', 'hd', 'claims'],
  lifetimes: (_of, { settings }) => (isTesting(settings) ? { refresh: 7 * 86_400 } : {}),
  tokenResponse(
    { access_token, refresh_token, id_token, scope, expires_in, refresh_expires_in, token_type, user, grant, parameters },
    { settings },
  ) {
    const { id_token: alone } = grant.details.vendor ?? {}
    if (alone !== undefined) return { id_token: alone }
    if (user === undefined) return { access_token, expires_in, token_type }
    // What did not change is not told again.
    const isNew = refresh_token !== undefined && refresh_token !== parameters?.refresh_token
    return given({
      access_token,
      expires_in,
      refresh_token: isNew ? refresh_token : undefined,
      scope: answeredScope(scope),
      token_type,
      id_token,
      refresh_token_expires_in: isNew && refresh_expires_in !== undefined && isTesting(settings) ? refresh_expires_in - 1 : undefined,
    })
  },
  idToken,
  userinfo: {
    scope: 'openid',
    body({ user, scope, issuer }) {
      const { name, given_name, family_name, picture, email, email_verified, hd } = profileOf(user, scope, issuer)
      return given({ sub: user.user_id, name, given_name, family_name, picture, email, email_verified, hd })
    },
  },
}
