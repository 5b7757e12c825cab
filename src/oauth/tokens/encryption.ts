import { clientKeys } from '../clients/documents.ts'
import type { Jwk } from '../jose/verification.ts'
import { OAuthError } from '../model/errors.ts'
import type { Client } from '../model/records.ts'
import type { Context } from '../realm/context.ts'

/** How keys may be wrapped for a client (RFC 7518 §4.1). */
export const encryptionAlgs: readonly string[] = ['RSA-OAEP-256', 'RSA-OAEP', 'ECDH-ES']

/** How contents may be encrypted (RFC 7518 §5.1). */
export const encryptionEncs: readonly string[] = ['A128CBC-HS256', 'A256GCM']

/** What a client may want encrypted: the first part of `{what}_encrypted_response_alg` among its metadata. */
export type Encrypted = 'id_token' | 'userinfo' | 'introspection' | 'authorization'

/**
 * Encrypts a signed JWT with a key that the client registered, if it registered for that (OpenID Connect Core §10.2,
 * RFC 9701 §6, JARM §2.2); else gives it back.
 * @throws OAuthError `invalid_client_metadata` when what the client registered cannot be done
 */
export async function encryptFor(client: Client, what: Encrypted, jwt: string, context: Context): Promise<string> {
  const { metadata, client_id } = client
  const alg = metadata[`${what}_encrypted_response_alg`]
  if (alg === undefined) return jwt
  const enc = metadata[`${what}_encrypted_response_enc`] ?? 'A128CBC-HS256'
  if (typeof alg !== 'string' || !encryptionAlgs.includes(alg)) throw impossible(what, 'alg', alg, encryptionAlgs)
  if (typeof enc !== 'string' || !encryptionEncs.includes(enc)) throw impossible(what, 'enc', enc, encryptionEncs)
  const found = await clientKeys(client, context)
  if ('problem' in found) throw failed(`${what}_encrypted_response_alg is ${alg}, and ${found.problem}`)
  const key = found.keys.find((one) => fits(one, alg))
  if (key === undefined) throw failed(`client '${client_id}' registered no key that ${alg} could encrypt to`)
  // Hardly any client needs it, and loading it takes a while.
  const { CompactEncrypt, importJWK } = await import('jose')
  const header = { alg, enc, cty: 'JWT', ...(typeof key.kid === 'string' ? { kid: key.kid } : {}) }
  return new CompactEncrypt(new TextEncoder().encode(jwt)).setProtectedHeader(header).encrypt(await importJWK(key, alg))
}

/** Whether keys of this kind can be encrypted to (RFC 7517 §4.2 and §4.4). */
function fits({ kty, crv, use, alg }: Jwk, wanted: string): boolean {
  if ((use !== undefined && use !== 'enc') || (alg !== undefined && alg !== wanted)) return false
  return wanted === 'ECDH-ES' ? kty === 'EC' || (kty === 'OKP' && crv === 'X25519') : kty === 'RSA'
}

function impossible(what: Encrypted, member: 'alg' | 'enc', value: unknown, known: readonly string[]): OAuthError {
  return failed(`${what}_encrypted_response_${member} is ${JSON.stringify(value)}, which is none of: ${known.join(', ')}`)
}

function failed(explanation: string): OAuthError {
  return new OAuthError('invalid_client_metadata', 'Nothing can be encrypted for this client', explanation)
}
