import { isPublic } from '../clients/methods/registry.ts'
import { OAuthError } from '../model/errors.ts'
import type { AccessTokenDetails, Client, GrantDetails } from '../model/records.ts'
import type { Context } from '../realm/context.ts'
import type { Issue } from '../realm/issue.ts'

/** The keys to which a token is bound (RFC 7800 §3.1). */
export type Confirmation = NonNullable<AccessTokenDetails['cnf']>

/** Whether a token request has anything to do with keys: nearly none has. */
export function concernsKeys({ metadata }: Client, { realm, transport }: Context): boolean {
  const asks =
    transport?.dpop !== undefined ||
    metadata.dpop_bound_access_tokens === true ||
    metadata.tls_client_certificate_bound_access_tokens === true
  return asks && realm.sender_constraints
}

/**
 * The keys that a token request proves to hold and that its tokens are to be bound to (RFC 9449 §5, RFC 8705 §3). It comes
 * before the grant is redeemed: a client that lacks a nonce shall not lose its code.
 * @throws OAuthError `invalid_dpop_proof`, `use_dpop_nonce`, or `invalid_request` when a certificate is missing
 */
export async function proveKeys({ client_id, metadata }: Client, context: Context): Promise<Confirmation> {
  const confirmation: Confirmation = {}
  if (metadata.tls_client_certificate_bound_access_tokens === true) {
    const { certificateThumbprint, shownCertificate } = await import('../clients/certificate.ts')
    const certificate = shownCertificate(context)
    if (typeof certificate === 'string') {
      const explanation = `client '${client_id}' registered tls_client_certificate_bound_access_tokens (RFC 8705 §3.4), and ${certificate}`
      throw new OAuthError(['invalid_request', 'certificate_missing'], 'A client certificate is needed', explanation)
    }
    confirmation['x5t#S256'] = certificateThumbprint(certificate)
  }
  if (context.transport?.dpop !== undefined) {
    const { verifyProof } = await import('./dpop.ts')
    confirmation.jkt = await verifyProof(context, (...refusal) => new OAuthError(...refusal))
  } else if (metadata.dpop_bound_access_tokens === true) {
    const explanation = `client '${client_id}' registered dpop_bound_access_tokens, and no header DPoP came (RFC 9449 §5.2)`
    throw new OAuthError('proof_missing', 'A DPoP proof is needed', explanation)
  }
  return confirmation
}

/** Holds a code to the key that its authorization request named (RFC 9449 §10). @throws OAuthError `invalid_grant` */
export function checkCodeKey({ dpop_jkt }: GrantDetails, { confirmation }: Context): void {
  if (dpop_jkt === undefined || dpop_jkt === confirmation?.jkt) return
  const explanation = `The authorization request said dpop_jkt '${dpop_jkt}'; ${keyThatCame(confirmation)} (RFC 9449 §10)`
  throw new OAuthError('key_wrong', 'The code is bound to another key', explanation)
}

/** Binds the refresh tokens of a public client, which nothing else protects, to the keys of its first tokens (RFC 9449 §5, RFC 8705 §4). */
export function bindRefreshTokens(issue: Issue, client: Client, confirmation: Confirmation, { realm }: Context): void {
  if (issue.refresh === 'first' && isPublic(client)) realm.store.bindGrant(issue.grant.id, confirmation)
}

/** Whether the keys that were shown are those that something is bound to. */
export function confirms(bound: Confirmation | undefined, shown: Confirmation | undefined): boolean {
  if (bound === undefined) return true
  return (['jkt', 'x5t#S256'] as const).every((name) => bound[name] === undefined || bound[name] === shown?.[name])
}

/** For the developer, whose code or refresh token came with another key or none. */
export function keyThatCame(confirmation: Confirmation | undefined): string {
  if (confirmation?.jkt !== undefined) return `the proof's key has the thumbprint '${confirmation.jkt}'`
  return confirmation?.['x5t#S256'] === undefined ? 'no DPoP proof came' : `the certificate has x5t#S256 '${confirmation['x5t#S256']}'`
}
