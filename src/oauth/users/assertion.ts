import { seconds } from '../../basics/clock.ts'
import { digest } from '../../basics/random.ts'
import { clientKeys } from '../clients/keys.ts'
import { readClaims, readHeader } from '../jose/jwt.ts'
import { clientSigningAlgs, fitsAlg, type Jwk, signatureProblem } from '../jose/verification.ts'
import type { Client } from '../model/records.ts'
import type { Context } from '../realm/context.ts'

/** A JWT of an issuer that the sandbox trusts. */
export interface Assertion {
  iss: string
  sub: string
  claims: Record<string, unknown>
}

/** Why an assertion cannot be believed. */
export interface AssertionProblem {
  problem: string
  expired?: boolean
}

/** Seconds by which an issuer's clock may be ahead of the sandbox's. */
const leeway = 60
/** Seconds that an assertion may have before it, for its `jti` is remembered so long (RFC 7523 §3, rule 4). */
const longest = 24 * 3600
/** What a JWT that was made for something else says of itself (RFC 8725 §3.11); these were made for this, or say nothing. */
const types: readonly unknown[] = [undefined, 'JWT', 'authorization-grant+jwt', 'oauth-id-jag+jwt']

/**
 * Reads a JWT that a trusted issuer signed about a user (RFC 7523 §3): the client itself, with the keys that it registered, or
 * one of the sandbox's setting `assertion_issuers`. A `jti` is taken once.
 */
export async function readAssertion(jwt: string, client: Client, context: Context): Promise<Assertion | AssertionProblem> {
  const header = readHeader(jwt)
  const claims = readClaims(jwt)
  if (header === undefined || claims === undefined) return { problem: 'it is no JWT: three parts of base64url with JSON (RFC 7519 §3)' }
  const { iss, sub } = claims
  if (typeof iss !== 'string' || iss === '') return { problem: `its iss is ${shown(iss)}; who issued it must be told (RFC 7523 §3)` }
  if (typeof sub !== 'string' || sub === '') return { problem: `its sub is ${shown(sub)}; whom it is about must be told (RFC 7523 §3)` }
  const unsigned = await signedBy(jwt, header, iss, client, context)
  if (unsigned !== undefined) return { problem: unsigned }
  return claimsProblem(claims, context) ?? (await replayProblem(claims, iss, context)) ?? { iss, sub, claims }
}

async function signedBy(
  jwt: string,
  { alg, kid, typ }: Record<string, unknown>,
  iss: string,
  client: Client,
  context: Context,
): Promise<string | undefined> {
  if (!types.includes(typ)) return `its typ is ${shown(typ)}: it was made for something else (RFC 8725 §3.11)`
  if (alg === 'none') return 'its alg is none: it is not signed (RFC 8725 §3.2)'
  if (typeof alg !== 'string' || !clientSigningAlgs.some((one) => one === alg)) {
    return `its alg is ${shown(alg)}; ${clientSigningAlgs.join(', ')} are taken`
  }
  const found = await issuerKeys(iss, client, context)
  if ('problem' in found) return found.problem
  const fitting = found.keys.filter((key) => (kid === undefined || key.kid === kid) && fitsAlg(key, alg))
  for (const key of fitting) if ((await signatureProblem(jwt, key, alg)) === undefined) return undefined
  return fitting.length === 0
    ? `no key of issuer '${iss}' has kid ${shown(kid)} and is for ${alg}`
    : `it is not signed with a key of issuer '${iss}'`
}

async function issuerKeys(iss: string, client: Client, context: Context): Promise<{ keys: readonly Jwk[] } | { problem: string }> {
  const { assertion_issuers } = context.realm.settings
  const trusted = Object.hasOwn(assertion_issuers, iss) ? assertion_issuers[iss] : undefined
  if (trusted !== undefined) return trusted.jwks
  if (iss === client.client_id) return clientKeys(client, context)
  const known = [client.client_id, ...Object.keys(assertion_issuers)].join(', ')
  return { problem: `its iss '${iss}' is neither this client nor one of the sandbox's assertion_issuers; known are: ${known}` }
}

/** RFC 7523 §3, rules 3 to 6. */
function claimsProblem({ aud, exp, nbf, iat }: Record<string, unknown>, { realm, transport }: Context): AssertionProblem | undefined {
  const audiences = transport?.audiences() ?? []
  const named = [aud].flat().map(withoutSlash)
  if (!audiences.some((one) => named.includes(withoutSlash(one)))) {
    return { problem: `its aud is ${shown(aud)}; it must name this server: ${[...new Set(audiences)].join(' or ')} (RFC 7523 §3)` }
  }
  const now = seconds(realm.clock.now())
  if (typeof exp !== 'number') return { problem: `its exp is ${shown(exp)}; seconds since the epoch are needed (RFC 7523 §3)` }
  if (exp <= now) return { problem: `it expired ${now - exp} s ago by the sandbox's clock (exp ${exp}, now ${now})`, expired: true }
  if (exp > now + longest) return { problem: `it expires in ${exp - now} s; at most ${longest} s are taken (RFC 7523 §3)` }
  for (const [name, time] of Object.entries({ nbf, iat })) {
    if (time === undefined) continue
    if (typeof time !== 'number') return { problem: `its ${name} is ${shown(time)}; seconds since the epoch are needed` }
    if (time - leeway > now) return { problem: `its ${name} lies ${time - now} s in the future by the sandbox's clock` }
  }
  return undefined
}

/** RFC 7523 §3, rule 7. */
async function replayProblem(
  { jti, exp }: Record<string, unknown>,
  iss: string,
  { realm }: Context,
): Promise<AssertionProblem | undefined> {
  if (jti === undefined) return undefined
  if (typeof jti !== 'string') return { problem: `its jti is ${shown(jti)}; a text was expected` }
  const identifier = `grant assertion ${digest(JSON.stringify([iss, jti])).toString('base64url')}`
  const first = realm.store.seeFirst(identifier, Number(exp) * 1000, realm.clock.now())
  return first ? undefined : { problem: `it was used before: its jti ${shown(jti)} came already (RFC 7523 §3)` }
}

function withoutSlash(text: unknown): unknown {
  return typeof text === 'string' ? text.replace(/\/$/, '') : text
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
}
