import { certificateThumbprint, shownCertificate } from '../clients/certificate.ts'
import { challenge, challenged } from '../model/challenge.ts'
import { codeOf, OAuthError } from '../model/errors.ts'
import type { ActiveAccessToken } from '../model/records.ts'
import type { Context } from '../realm/context.ts'
import { type RefuseProof, verifyProof } from './dpop.ts'
import type { PresentedToken } from './presented-token.ts'

/** A refused proof at a resource: 401 with a challenge (RFC 9449 §7.1 and §9). */
const refuseProof: RefuseProof = (kind, message, explanation, headers) =>
  new OAuthError(kind, message, explanation, { ...headers, 'WWW-Authenticate': challenge('DPoP', codeOf(kind), message) }, 401)

/**
 * Checks that whoever sends a token that is bound to keys has them (RFC 9449 §7.1, RFC 8705 §3).
 * @throws OAuthError `invalid_token` also for a bound token that came as a bearer token, and for one that is not bound and came as DPoP
 */
export async function checkTokenKeys({ token, scheme }: PresentedToken, { details }: ActiveAccessToken, context: Context): Promise<void> {
  const { jkt, 'x5t#S256': x5t } = details.cnf ?? {}
  const refuse = (message: string, explanation: string) =>
    challenged(
      jkt === undefined ? scheme : 'DPoP',
      ['invalid_token', 'key_wrong'],
      `The access token is ${message}`,
      `The token ${explanation}`,
    )
  if (jkt !== undefined && scheme === 'Bearer') {
    const explanation = 'is bound to a key and came as a bearer token: send it as "Authorization: DPoP" with a proof (RFC 9449 §7.2)'
    throw refuse('bound to a key', explanation)
  }
  if (scheme === 'DPoP') {
    if (jkt === undefined) {
      const explanation = 'was issued without a DPoP proof and came as "Authorization: DPoP"; send it as Bearer (RFC 9449 §7.1)'
      throw refuse('not bound to a key', explanation)
    }
    const shown = await verifyProof(context, refuseProof, token)
    if (shown !== jkt) {
      const explanation = `is bound to the key with thumbprint '${jkt}' and the proof's key has '${shown}' (RFC 9449 §7.1)`
      throw refuse('bound to another key', explanation)
    }
  }
  if (x5t === undefined) return
  const certificate = shownCertificate(context)
  if (typeof certificate === 'string') throw refuse('bound to a certificate', `is bound to a client certificate, and ${certificate}`)
  const thumbprint = certificateThumbprint(certificate)
  if (thumbprint === x5t) return
  throw refuse('bound to another certificate', `is bound to the certificate with x5t#S256 '${x5t}'; '${thumbprint}' came (RFC 8705 §3)`)
}
