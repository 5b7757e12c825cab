import { X509Certificate } from 'node:crypto'
import type { PublicJwk } from '../../../oauth/jose/keys.ts'
import type { OwnSpace } from '../../own-spaces.ts'
import { uuidOf } from '../ids.ts'
import { publicKeyDer } from '../keys.ts'

const provided = (kid: string) => ({ providerId: uuidOf('provider', kid), providerPriority: 100, kid, status: 'ACTIVE' })

/** A secret key, of which it is told that it is there. */
function secretKey(kid: string, algorithm: string, use: 'SIG' | 'ENC') {
  return { ...provided(kid), type: 'OCT', algorithm, use }
}

function pairOfKeys({ kid, alg, use, x5c, kty, ...rest }: PublicJwk) {
  const [certificate] = Array.isArray(x5c) ? x5c.map(String) : []
  const validTo = certificate === undefined ? undefined : Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo)
  const publicKey = publicKeyDer(rest).toString('base64')
  return { ...provided(kid), type: kty, algorithm: alg, publicKey, certificate, use: use.toUpperCase(), validTo }
}

/** The keys of a realm, as the API shows them; the one that seals its cookies is here in name alone. */
export async function shownKeys({ space, keys }: OwnSpace) {
  const { kid } = await keys.signing('HS512')
  const secret = [secretKey(kid, 'HS512', 'SIG'), secretKey(uuidOf(space, 'AES'), 'AES', 'ENC')]
  const shown = [...(await keys.publicKeys()).map(pairOfKeys), ...secret]
  const active = ['RSA-OAEP', 'HS512', 'RS256', 'AES'].flatMap((algorithm) => shown.filter((key) => key.algorithm === algorithm))
  return { active: Object.fromEntries(active.map((key) => [key.algorithm, key.kid])), keys: shown }
}
