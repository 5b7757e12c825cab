import { certificateThumbprint, shownCertificate } from '../clients/certificate.ts'
import { challenge, type TokenScheme } from '../model/challenge.ts'
import { OAuthError } from '../model/errors.ts'
import type { ActiveAccessToken } from '../model/records.ts'
import type { Context } from '../realm/context.ts'
import { type RefuseProof, verifyProof } from './dpop.ts'
import type { PresentedToken } from './presented-token.ts'

/** A refused proof at a resource: 401 with a challenge (RFC 9449 §7.1 and §9). */
const refuseProof: RefuseProof = (code, message, explanation, headers) =>
  new OAuthError(code, message, explanation, { ...headers, 'WWW-Authenticate': challenge('DPoP', code, message) }, 401)

/**
 * Checks that whoever sends a token that is bound to keys has them (RFC 9449 §7.1, RFC 8705 §3).
 * @throws OAuthError `invalid_token` also for a bound token that came as a bearer token, and for one that is not bound and came as DPoP
 */
export async function checkTokenKeys({ token, scheme }: PresentedToken, { details }: ActiveAccessToken, context: Context): Promise<void> {
  const { jkt, 'x5t#S256': x5t } = details.cnf ?? {}
  if (jkt !== undefined && scheme === 'Bearer') {
    throw refuseToken(
      'DPoP',
      'The access token is bound to a key',
      'The token is bound to a key and came as a bearer token: send it as "Authorization: DPoP" with a proof (RFC 9449 §7.2)',
    )
  }
  if (scheme === 'DPoP') {
    if (jkt === undefined) {
      throw refuseToken(
        scheme,
        'The access token is not bound to a key',
        'The token was issued without a DPoP proof and came as "Authorization: DPoP"; send it as Bearer (RFC 9449 §7.1)',
      )
    }
    const shown = await verifyProof(context, refuseProof, token)
    if (shown !== jkt) {
      throw refuseToken(
        scheme,
        'The access token is bound to another key',
        `The token is bound to the key with thumbprint '${jkt}' and the proof's key has '${shown}' (RFC 9449 §7.1)`,
      )
    }
  }
  if (x5t !== undefined) {
    const certificate = shownCertificate(context)
    if (typeof certificate === 'string')
      throw refuseToken(
        scheme,
        'The access token is bound to a certificate',
        `The token is bound to a client certificate, and ${certificate}`,
      )
    const thumbprint = certificateThumbprint(certificate)
    if (thumbprint !== x5t) {
      throw refuseToken(
        scheme,
        'The access token is bound to another certificate',
        `The token is bound to the certificate with x5t#S256 '${x5t}'; '${thumbprint}' came (RFC 8705 §3)`,
      )
    }
  }
}

function refuseToken(scheme: TokenScheme, message: string, explanation: string): OAuthError {
  return new OAuthError('invalid_token', message, explanation, { 'WWW-Authenticate': challenge(scheme, 'invalid_token', message) })
}
