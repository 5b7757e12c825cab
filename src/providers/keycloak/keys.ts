import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto'
import type { KeyDialect, PublicJwk } from '../../oauth/jose/keys.ts'
import { uuidOf } from './ids.ts'

/** The DER of a public key, which is also in the realm's own description. */
export function publicKeyDer({ n, e }: Readonly<Record<string, unknown>>): Buffer {
  const key = { kty: 'RSA', n, e } as JsonWebKey
  return createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'der' })
}

/** 43 characters of base64url: the hash of the public key. */
export function keycloakKid(_alg: string, _number: number, jwk: JsonWebKey): string {
  return createHash('sha256')
    .update(jwk.n === undefined ? JSON.stringify(jwk) : publicKeyDer({ ...jwk }))
    .digest('base64url')
}

/** Members in the vendor's order, with the certificate's thumbprints. */
function published({ kid, kty, alg, use, x5c, n, e }: PublicJwk): Record<string, unknown> {
  const [certificate] = Array.isArray(x5c) ? x5c : []
  const thumbprint = (hash: string) =>
    createHash(hash)
      .update(Buffer.from(String(certificate), 'base64'))
      .digest('base64url')
  const certified = certificate === undefined ? {} : { x5c, x5t: thumbprint('sha1'), 'x5t#S256': thumbprint('sha256') }
  return { kid, kty, alg, use, ...certified, n, e }
}

/** Headers with blanks, as the vendor's are written by hand; a key to encrypt with stands first in the set. */
export const keycloakKeys: KeyDialect = {
  header: ({ alg, typ, kid }) => `{"alg":"${alg}","typ" : "${typ}","kid" : "${kid}"}`,
  secret_kid: (secret) => uuidOf('secret', secret),
  encryption: true,
  published: (keys) => keys.toSorted((one, other) => Number(other.use === 'enc') - Number(one.use === 'enc')).map(published),
}
