import { createHmac, hash } from 'node:crypto'
import { seconds } from '../../basics/clock.ts'
import { digest, sameSecret } from '../../basics/random.ts'
import { algProblem, type Bounds, boundsProblem, type ReadJwt, readJwt, shown } from '../jose/check.ts'
import { clientSigningAlgs, type Jwk, publicHalf, signatureProblem } from '../jose/verification.ts'
import type { ErrorKind, OAuthError } from '../model/errors.ts'
import type { Context, Realm } from '../realm/context.ts'

const it = 'The proof'

/** Seconds by which a proof's `iat` may differ from the sandbox's clock. */
const window = 60
/** Seconds that a proof's `jti` is remembered: longer than any proof holds, with a nonce too. */
const remembered = 600

/** How a proof is refused: at the token endpoint with 400, at a resource with 401 and a challenge. */
export type RefuseProof = (kind: ErrorKind, message: string, explanation: string, headers?: Readonly<Record<string, string>>) => OAuthError

/**
 * Checks the DPoP proof of a request (RFC 9449 §4.3).
 * @param access_token the token that comes with it at a resource; the proof then names it by `ath`
 * @returns the thumbprint of its key (RFC 7638)
 */
export async function verifyProof({ realm, transport }: Context, refuse: RefuseProof, access_token?: string): Promise<string> {
  const fail = (explanation: string, kind: ErrorKind = 'invalid_dpop_proof') => refuse(kind, 'The DPoP proof is not valid', explanation)
  const proof = transport?.dpop
  if (transport === undefined || proof === undefined)
    throw fail('The header DPoP is missing: it carries a proof for each request (RFC 9449 §4.1)', 'proof_missing')
  if (proof.includes(',')) throw fail('The header DPoP came more than once (RFC 9449 §4.3, rule 1)')
  const jwt = readJwt(proof)
  if (jwt === undefined) throw fail('The header DPoP is no JWT (RFC 9449 §4.3, rule 2)')

  const jwk = await checkSignature(jwt, fail)
  const { claims } = jwt
  const { jti, htm, htu } = claims
  if (typeof jti !== 'string' || jti === '') throw fail('The proof has no jti (RFC 9449 §4.2)')
  if (htm !== transport.method)
    throw fail(`The proof's htm is ${shown(htm)} and the request's method ${transport.method} (RFC 9449 §4.3, rule 8)`)
  if (!transport.urls().some((url) => normal(url) === normal(htu))) {
    throw fail(
      `The proof's htu is ${shown(htu)} and the request's URL ${[...new Set(transport.urls())].join(' or ')} (RFC 9449 §4.3, rule 9)`,
    )
  }
  if (access_token !== undefined) {
    const ath = hash('sha256', access_token, 'base64url')
    if (claims.ath !== ath) throw fail(`The proof's ath is ${shown(claims.ath)}; the access token's is '${ath}' (RFC 9449 §4.3, rule 12)`)
  }
  if (realm.settings.dpop_nonce === 'required') {
    // A nonce of ours tells the proof's age better than the client's clock does (RFC 9449 §4.3, rule 11).
    const problem = nonceProblem(claims.nonce, realm)
    if (problem !== undefined) {
      const explanation = `The setting dpop_nonce asks for a nonce of this server, and ${problem}: send the proof again with the one in DPoP-Nonce (RFC 9449 §8)`
      throw refuse('use_dpop_nonce', 'The DPoP proof needs a nonce', explanation, { 'DPoP-Nonce': makeNonce(realm) })
    }
  } else {
    const problem = boundsProblem({ claims: { iat: claims.iat } }, agesOf(seconds(realm.clock.now())), it)?.problem
    if (problem !== undefined) throw fail(problem)
  }

  const { calculateJwkThumbprint } = await import('jose')
  const jkt = await calculateJwkThumbprint(jwk)
  const identifier = `dpop ${digest(`${jkt} ${jti}`).toString('base64url')}`
  const now = realm.clock.now()
  if (!realm.store.seeFirst(identifier, now + remembered * 1000, now)) {
    throw fail(`The proof was used before: its jti '${jti}' came already (RFC 9449 §11.1)`, 'proof_replayed')
  }
  return jkt
}

/** RFC 9449 §4.3, rules 4 to 7. */
async function checkSignature({ text, header }: ReadJwt, fail: (explanation: string) => OAuthError): Promise<Jwk> {
  const { typ, alg, jwk } = header
  if (typ !== 'dpop+jwt') throw fail(`The proof's typ is ${shown(typ)}; it must be 'dpop+jwt'`)
  const unfit = algProblem(alg, clientSigningAlgs, it)
  if (unfit !== undefined) throw fail(unfit)
  if (typeof jwk !== 'object' || jwk === null) throw fail("The proof's header has no jwk, the public key that it is about")
  const key: Jwk = { ...jwk }
  const publicKey = publicHalf(key)
  if (publicKey === undefined) throw fail(`The proof's jwk has kty ${shown(key.kty)}; a public key is needed`)
  if (key.d !== undefined) throw fail("The proof's jwk holds a private key: it is known to others now, make a new one")
  const problem = await signatureProblem(text, publicKey, String(alg))
  if (problem !== undefined) throw fail(`The proof is not signed with the key in its jwk (${problem})`)
  return publicKey
}

/** RFC 9449 §4.3, rule 11. */
function agesOf(now: number): Bounds {
  return { now, needed: ['iat'], early: window, late: 0, oldest: window, rule: 'RFC 9449 §4.3, rule 11' }
}

/** A URL without query and fragment, written in one way (RFC 3986 §6.2.2 and §6.2.3). */
function normal(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined
  const { origin, pathname } = new URL(url)
  const path = pathname.replace(/%[0-9a-f]{2}/gi, (octet) => {
    const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : octet.toUpperCase()
  })
  return origin + path
}

/** Seconds that a nonce may be used. */
const lifetime = 300

/** A nonce for DPoP proofs (RFC 9449 §8): the time and its MAC, so that nothing has to be kept. */
export function makeNonce(realm: Pick<Realm, 'clock' | 'settings'>): string {
  return sealed(seconds(realm.clock.now()), realm)
}

/** Why a nonce does not hold; undefined when it does. */
export function nonceProblem(nonce: unknown, realm: Pick<Realm, 'clock' | 'settings'>): string | undefined {
  if (nonce === undefined) return 'the proof has no nonce'
  const time = typeof nonce === 'string' ? Number.parseInt(nonce, 36) : Number.NaN
  if (typeof nonce !== 'string' || Number.isNaN(time) || !sameSecret(sealed(time, realm), nonce)) return 'the nonce is none of ours'
  const age = seconds(realm.clock.now()) - time
  return age >= lifetime || age < 0 ? `the nonce is ${age} s old; nonces live ${lifetime} s` : undefined
}

function sealed(time: number, { settings }: Pick<Realm, 'settings'>): string {
  const stamp = time.toString(36)
  const mac = createHmac('sha256', settings.signing_secret).update(`dpop nonce ${stamp}`).digest('base64url')
  return `${stamp}.${mac.slice(0, 22)}`
}
