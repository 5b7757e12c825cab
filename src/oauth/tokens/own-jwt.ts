import { type ReadJwt, readJwt, signerProblem } from '../jose/check.ts'
import { signingAlgs } from '../jose/jws.ts'
import type { Realm } from '../realm/context.ts'
import { signedBy } from '../realm/signing-key.ts'

/**
 * The claims of a JWT that this sandbox signed, whether or not it has expired (an `id_token_hint` usually has, OpenID Connect
 * RP-Initiated Logout §2).
 * @returns the claims, or why they cannot be believed
 */
export async function readOwnJwt(token: string, realm: Realm): Promise<{ claims: ReadJwt['claims'] } | { problem: string }> {
  const jwt = readJwt(token)
  if (jwt === undefined) return { problem: 'it is no signed JWT' }
  const { header, claims } = jwt
  const client = realm.store.findClient(String([claims.aud].flat()[0]))
  // Where a vendor's tokens have no typ, an ID token is for a client.
  if (header.typ !== 'JWT' && (header.typ !== undefined || client === undefined)) {
    return { problem: `it is a token of another kind: its typ is '${String(header.typ)}'` }
  }
  const { key } = await signedBy('id_token', 'HS256', client, realm)
  const problem = await signerProblem(jwt, {
    name: 'this sandbox',
    algs: signingAlgs,
    keys: async () => ({ keys: await realm.keys.publicKeys() }),
    secret: { name: 'the secret of its ID tokens', octets: key.export() },
  })
  return problem === undefined ? { claims } : { problem }
}

/** The claims of an ID token of ours that a client hands back. @returns the claims, or why they cannot be believed */
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
