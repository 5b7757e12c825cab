import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { isSecretAlg } from './jws.ts'
import { readClaims, readHeader } from './jwt.ts'
import { fitsAlg, type Jwk, signatureProblem } from './verification.ts'

/** The one check of a JWT that somebody shows: signed by one of these keys, for this audience, at this time. */

type Members = Readonly<Record<string, unknown>>

/** A JWT as it was read, not yet believed. */
export interface ReadJwt {
  text: string
  header: Members
  claims: Members
}

/** Keys, or why there are none. */
export type Keys = { keys: readonly Jwk[] } | { problem: string }

/** Who must have signed a JWT. */
export interface Signer {
  /** Whose keys they are, as `client 'app'`. */
  name: string
  algs: readonly string[]
  /** The public keys; asked for when the algorithm is none of a secret's. */
  keys?: () => MaybePromise<Keys>
  /** What HS256, HS384 and HS512 are made with. */
  secret?: { name: string; octets: Uint8Array } | undefined
}

/** When a JWT holds and for whom. Seconds, by the sandbox's clock. */
export interface Bounds {
  now: number
  /** Whom `aud` must name, of which it need name one; any audience will do when absent. */
  audience?: { what: string; names: readonly string[] }
  /** Claims that must be there. */
  needed?: readonly ('aud' | 'exp' | 'iat')[]
  /** By how much the other's clock may be ahead of the sandbox's. */
  early: number
  /** How long after `exp` it still holds. */
  late: number
  /** How far `exp` may lie ahead. */
  longest?: number
  /** How old `iat` may be. */
  oldest?: number
  /** The section to name. */
  rule: string
}

/** Why a JWT cannot be believed, in words that go on from its name. */
export interface JwtProblem {
  problem: string
  /** What it is, where that is told apart. */
  reason?: 'assertion_expired' | 'assertion_replayed' | 'audience_wrong'
}

/** Explanations call a JWT so, as `it` or `The assertion`. */
const possessive = (it: string) => (it === 'it' ? 'its' : `${it}'s`)

/** Reads a JWT; undefined for what is none: three parts of base64url with JSON (RFC 7519 §3). */
export function readJwt(text: string): ReadJwt | undefined {
  const header = readHeader(text)
  const claims = readClaims(text)
  return header === undefined || claims === undefined ? undefined : { text, header, claims }
}

/** Why a JWT cannot be signed with this algorithm; undefined when it can (RFC 8725 §3.1 and §3.2). */
export function algProblem(alg: unknown, algs: readonly string[], it = 'it'): string | undefined {
  if (alg === 'none') return `${it} has alg none: it is not signed, so anybody could have written it (RFC 8725 §3.2)`
  return typeof alg === 'string' && algs.includes(alg) ? undefined : `${possessive(it)} alg is ${shown(alg)}; taken are ${algs.join(', ')}`
}

/** Why a JWT is not signed by whom it should be; undefined when it is (RFC 7515 §5.2, RFC 8725 §3). */
export async function signerProblem(
  { text, header: { alg, kid } }: ReadJwt,
  { name, algs, keys, secret }: Signer,
  it = 'it',
): Promise<string | undefined> {
  const unfit = algProblem(alg, algs, it)
  if (unfit !== undefined || typeof alg !== 'string') return unfit
  if (isSecretAlg(alg)) {
    if (secret === undefined) return `${it} is signed with ${alg}, and ${name} has no secret`
    const problem = await signatureProblem(text, secret.octets, alg)
    return problem === undefined ? undefined : `${it} is not signed with ${secret.name} (${problem})`
  }
  const found = (await keys?.()) ?? { keys: [] }
  if ('problem' in found) return found.problem
  const named = kid === undefined ? found.keys : found.keys.filter((key) => key.kid === kid)
  if (named.length === 0 && kid !== undefined) {
    const kids = found.keys.map((key) => shown(key.kid)).join(', ')
    return `kid ${shown(kid)} names none of the keys of ${name}, whose kids are: ${kids || 'none'}`
  }
  const fitting = named.filter((key) => fitsAlg(key, alg))
  if (fitting.length === 0) return `no key of ${name}${kid === undefined ? '' : ` with kid ${shown(kid)}`} is for ${alg}`
  const problems: string[] = []
  for (const key of fitting) {
    const problem = await signatureProblem(text, key, alg)
    if (problem === undefined) return undefined
    problems.push(problem)
  }
  return `${it} is not signed with a key of ${name} (${[...new Set(problems)].join('; ')})`
}

/** Why a JWT's claims do not hold here and now; undefined when they do (RFC 7519 §4.1). */
export function boundsProblem({ claims }: Pick<ReadJwt, 'claims'>, bounds: Bounds, it = 'it'): JwtProblem | undefined {
  const its = possessive(it)
  const { now, audience, needed = [], early, late, longest, oldest, rule } = bounds
  const { aud, exp, nbf, iat } = claims
  if (audience !== undefined && (aud !== undefined || needed.includes('aud')) && !namesOneOf(aud, audience.names)) {
    const names = [...new Set(audience.names)].join(' or ')
    return { problem: `${its} aud is ${shown(aud)}; it must name ${audience.what}: ${names} (${rule})`, reason: 'audience_wrong' }
  }
  for (const [name, time] of Object.entries({ exp, nbf, iat })) {
    if (time === undefined && !needed.some((one) => one === name)) continue
    if (typeof time !== 'number') return { problem: `${its} ${name} is ${shown(time)}; seconds since the epoch are needed (${rule})` }
    const clock = `by the sandbox's clock (${name} ${time}, now ${now})`
    if (name !== 'exp') {
      if (time - early > now) return { problem: `${its} ${name} lies ${time - now} s in the future ${clock}` }
    } else if (time + late <= now) {
      return { problem: `${it} expired ${now - time} s ago ${clock}`, reason: 'assertion_expired' }
    } else if (longest !== undefined && time > now + longest) {
      return { problem: `${it} expires in ${time - now} s; at most ${longest} s are taken (${rule})` }
    }
    if (name === 'iat' && oldest !== undefined && now - time > oldest) {
      return { problem: `${it} is ${now - time} s old ${clock}; at most ${oldest} s are taken (${rule})` }
    }
  }
  return undefined
}

/** Whether an audience names one of these; a slash at the end is no difference. */
export function namesOneOf(aud: unknown, names: readonly string[]): boolean {
  const wanted = names.map(withoutSlash)
  return [aud].flat().some((one) => typeof one === 'string' && wanted.includes(withoutSlash(one)))
}

function withoutSlash(text: string): string {
  return text.replace(/\/$/, '')
}

/** A value as explanations show it. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
}
