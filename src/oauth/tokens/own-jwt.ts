import { readClaims, readHeader } from '../jose/jwt.ts'
import { signatureProblem } from '../jose/verification.ts'
import type { Realm } from '../realm/context.ts'
import { signedBy } from '../realm/signing-key.ts'

/**
 * The claims of a JWT that this sandbox signed, whether or not it has expired (an `id_token_hint` usually has, OpenID Connect
 * RP-Initiated Logout §2).
 * @returns the claims, or why they cannot be believed
 */
export async function readOwnJwt(token: string, realm: Realm): Promise<{ claims: Record<string, unknown> } | { problem: string }> {
  const header = readHeader(token)
  const claims = readClaims(token)
  if (header === undefined || claims === undefined) return { problem: 'it is no signed JWT' }
  const { alg, kid, typ } = header
  if (typ !== 'JWT') return { problem: `it is a token of another kind: its typ is '${String(typ)}'` }
  if (alg === 'HS256') {
    const client = realm.store.findClient(String([claims.aud].flat()[0]))
    const { key } = await signedBy('id_token', alg, client, realm)
    const problem = await signatureProblem(token, key.export(), alg)
    return problem === undefined ? { claims } : { problem }
  }
  const key = await realm.keys.find(typeof kid === 'string' ? kid : undefined)
  if (key === undefined || key.alg !== alg) {
    return { problem: `no key of this sandbox has kid '${String(kid)}' and alg '${String(alg)}'` }
  }
  const problem = await signatureProblem(token, key, String(alg))
  return problem === undefined ? { claims } : { problem }
}

/**
 * The claims of an ID token of ours that a client hands back.
 * @returns the claims, or why they cannot be believed
 */
export async function readIdTokenHint(
  hint: string,
  realm: Realm,
): Promise<{ sub: string; aud: string[]; sid: string | undefined } | { problem: string }> {
  const read = await readOwnJwt(hint, realm)
  if ('problem' in read) return read
  const { sub, aud, sid } = read.claims
  if (typeof sub !== 'string') return { problem: 'it has no sub' }
  return { sub, aud: [aud].flat().filter((one) => typeof one === 'string'), sid: typeof sid === 'string' ? sid : undefined }
}
