import { createHash, type JsonWebKey, X509Certificate } from 'node:crypto'
import type { KeyDialect, PublicJwk } from '../../oauth/jose/keys.ts'
import type { Route } from '../provider.ts'

/** 21 characters of base64url, of the public key. */
export function auth0Kid(_alg: string, _number: number, { n = '', e = '' }: JsonWebKey): string {
  return createHash('sha256').update(`${n}.${e}`).digest('base64url').slice(0, 21)
}

/** Members in the vendor's order. */
function published({ kty, use, n, e, kid, x5c, alg }: PublicJwk): Record<string, unknown> {
  const [certificate] = Array.isArray(x5c) ? x5c : []
  if (certificate === undefined) return { kty, use, n, e, kid, alg }
  const x5t = createHash('sha1')
    .update(Buffer.from(String(certificate), 'base64'))
    .digest('base64url')
  return { kty, use, n, e, kid, x5t, x5c, alg }
}

/** The certificate of the key that signs, for programs that take no key set. */
function certificateRoute(path: string, type: string, made: (der: Buffer) => string | Buffer): Route {
  return {
    method: 'GET',
    path,
    async handle({ context, settings }) {
      const { kid } = await context.realm.keys.signing(settings.signing_alg)
      const key = await context.realm.keys.find(kid)
      const [certificate] = Array.isArray(key?.x5c) ? key.x5c : []
      return { status: 200, headers: { 'Content-Type': type }, body: made(Buffer.from(String(certificate), 'base64')) }
    },
  }
}

export const certificateRoutes: readonly Route[] = [
  certificateRoute('/pem', 'application/x-pem-file', (der) => new X509Certificate(der).toString()),
  certificateRoute('/cer', 'application/x-x509-ca-cert', (der) => der),
]

/** The key set has the next key beside the present one. */
export const auth0Keys: KeyDialect = {
  header: ({ alg, typ, kid }) => (kid === '' ? `{"alg":"${alg}","typ":"${typ}"}` : `{"alg":"${alg}","typ":"${typ}","kid":"${kid}"}`),
  next: true,
  published: (keys) => keys.map(published),
}
