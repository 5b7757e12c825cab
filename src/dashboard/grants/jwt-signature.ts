import type { ReadJwt } from '../../oauth/jose/check.ts'
import { isSecretAlg, signingAlgs } from '../../oauth/jose/jws.ts'
import { publicKeyOf } from '../../oauth/jose/keys.ts'
import { fitsAlg, signatureProblem } from '../../oauth/jose/verification.ts'
import { signedBy } from '../../oauth/realm/signing-key.ts'
import type { Visit } from '../frame/visit.ts'
import type { Finding } from './finding.ts'

/** Whether one of the sandbox's keys signed a JWT; those that are not published, and of its parts, are tried too. */
export async function signatureFinding({ text, header, claims }: ReadJwt, isIdToken: boolean, { sandbox, base }: Visit): Promise<Finding> {
  const { alg, kid } = header
  if (alg === 'none') {
    const mend = 'Never take such a token; ask for one that is signed.'
    return { look: 'bad', text: 'It is not signed (alg none), so anybody could have written it', mend }
  }
  const known = signingAlgs.find((one) => one === alg)
  if (known === undefined) {
    const mend = 'It is no token of a sandbox.'
    return { look: 'bad', text: `Its alg is ${JSON.stringify(alg)}, which grantbox signs nothing with`, mend }
  }
  const altered = 'Header or claims were changed after it was signed, or a part is missing: copy it again as a whole.'
  if (isSecretAlg(known)) {
    const client = sandbox.store.findClient(String([claims.aud].flat()[0]))
    const { key } = await signedBy(isIdToken ? 'id_token' : 'access_token', known, client, sandbox)
    const problem = await signatureProblem(text, key.export(), known)
    if (problem === undefined) return { look: 'good', text: `The secret signed it (${known})` }
    return { look: 'bad', text: `The sandbox’s secret did not sign it (${known}), nor did the client’s`, mend: altered }
  }
  const keys = sandbox.store.listKeys().map((stored) => ({ stored, jwk: publicKeyOf(stored) }))
  const named = keys.filter(({ jwk }) => jwk.kid === kid)
  for (const { stored, jwk } of [...named, ...keys.filter((key) => !named.includes(key))]) {
    if (!fitsAlg(jwk, known) || (await signatureProblem(text, jwk, known)) !== undefined) continue
    const key = `The key ${jwk.kid} of this sandbox signed it (${known})`
    if (stored.state === 'active') return { look: 'good', text: key }
    if (stored.state === 'retired') return { look: 'good', text: `${key}; it is retired and still published` }
    const mend = 'Publish it under Keys, and see whether your client fetches the key set again.'
    return { look: 'warn', text: `${key}, which is not published yet: clients cannot check it`, mend, href: `${base}/keys` }
  }
  if (named.length > 0) return { look: 'bad', text: `The signature is not that of the key ${String(kid)}`, mend: altered }
  const text0 = kid === undefined ? 'No key of this sandbox signed it' : `Its kid ${JSON.stringify(kid)} names no key of this sandbox`
  const mend = 'Its key was taken out, or the token comes from elsewhere. Get a new one; a client should fetch the key set again.'
  return { look: 'bad', text: text0, mend, href: `${base}/keys` }
}
