import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import { signJwt } from '../jose/jwt.ts'
import { challenged } from '../model/challenge.ts'
import { scopes } from '../model/scope.ts'
import type { UserinfoProfile } from '../model/token-profile.ts'
import { requireAccessToken } from '../proof/access-token.ts'
import type { PresentedToken } from '../proof/presented-token.ts'
import type { Context } from '../realm/context.ts'
import { isIssuedElsewhere } from '../realm/issued-elsewhere.ts'
import { responseKey } from '../realm/signing-key.ts'
import { subjectFor } from '../realm/subject.ts'
import { addedClaims, addsClaims, unreserved } from '../tokens/added-claims.ts'
import { userClaims } from '../tokens/claims.ts'
import { encryptFor } from '../tokens/encryption.ts'
import { statementValues } from '../tokens/template-values.ts'

/**
 * The user's claims for an access token (OpenID Connect Core §5.3.2), as a signed or encrypted JWT when the client registered
 * for that.
 * @param profile what the token must have been given for and how its user is told of, where not as the vendor's userinfo endpoint does
 * @throws OAuthError `invalid_token`, or `insufficient_scope` when the token was not given for openid, or for what the vendor asks for instead
 */
export async function userinfo(
  presented: PresentedToken | undefined,
  context: Context,
  { scope: needed, body }: UserinfoProfile = context.realm.tokens.userinfo ?? { scope: 'openid' },
): Promise<Record<string, unknown> | string> {
  const { realm } = context
  const { scope, grant, client, details, ...token } = await requireAccessToken(presented, context)
  realm.requests?.admits?.(client, 'userinfo', context)
  const user = token.user ?? realm.tokens.service_account?.(client)
  const scheme = presented?.scheme ?? 'Bearer'
  const { issuer, space } = details.issued_by ?? context
  if (isIssuedElsewhere(details, context)) {
    const explanation = `The token was issued by ${issuer}, and userinfo of ${context.issuer} was asked`
    throw challenged(scheme, 'token_unknown', 'The access token is not valid', explanation)
  }
  if (user === undefined || (needed !== null && !scopes(scope).includes(needed))) {
    const message = user === undefined ? 'The token tells of no user' : `The token was not given for ${needed}`
    const explanation =
      user === undefined
        ? 'The token was given to a client by itself and tells of no user'
        : `The token's scope is '${scope}' and lacks ${needed}`
    throw challenged(
      scheme,
      user === undefined ? 'token_userless' : 'scope_missing',
      message,
      explanation,
      needed === null ? {} : { scope: needed },
    ).naming(given({ needed: needed ?? undefined, provided: scope }))
  }
  const told = userClaims(user, scope, grant.details.claims?.userinfo)
  const known = { sub: subjectFor(user, client, realm), ...unreserved(told, 'userinfo', `User '${user.username}'`, context) }
  const parameters = { ...grant.details.parameters, ...details.parameters }
  const said = { issuer, aud: details.aud, claims: known, client, grant, user, scope, parameters, space }
  const added = addsClaims('userinfo', context) ? addedClaims('userinfo', said, statementValues(said, realm), context) : {}
  const claims = { ...(body?.(said, realm) ?? known), ...added }
  const { userinfo_signed_response_alg: alg, userinfo_encrypted_response_alg } = client.metadata
  if (alg === undefined && userinfo_encrypted_response_alg === undefined) return claims
  const signed = { iss: issuer, aud: client.client_id, iat: seconds(realm.clock.now()), ...claims }
  const jwt = await signJwt(signed, await responseKey(client, alg, realm))
  return encryptFor(client, 'userinfo', jwt, context)
}
