import { seconds } from '../../basics/clock.ts'
import { digest } from '../../basics/random.ts'
import { clientKeys } from '../clients/documents.ts'
import { type Bounds, boundsProblem, type JwtProblem, type Keys, type ReadJwt, readJwt, shown, signerProblem } from '../jose/check.ts'
import { clientSigningAlgs } from '../jose/verification.ts'
import type { Client } from '../model/records.ts'
import type { Context } from '../realm/context.ts'

/** A JWT of an issuer that the sandbox trusts. */
export interface Assertion {
  iss: string
  sub: string
  claims: ReadJwt['claims']
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
export async function readAssertion(jwt: string, client: Client, context: Context): Promise<Assertion | JwtProblem> {
  const read = readJwt(jwt)
  if (read === undefined) return { problem: 'it is no JWT: three parts of base64url with JSON (RFC 7519 §3)' }
  const { header, claims } = read
  const { iss, sub } = claims
  if (typeof iss !== 'string' || iss === '') return { problem: `its iss is ${shown(iss)}; who issued it must be told (RFC 7523 §3)` }
  if (typeof sub !== 'string' || sub === '') return { problem: `its sub is ${shown(sub)}; whom it is about must be told (RFC 7523 §3)` }
  if (!types.includes(header.typ)) return { problem: `its typ is ${shown(header.typ)}: it was made for something else (RFC 8725 §3.11)` }
  const signer = { name: `issuer '${iss}'`, algs: clientSigningAlgs, keys: () => issuerKeys(iss, client, context) }
  const problem = await signerProblem(read, signer)
  if (problem !== undefined) return { problem }
  return boundsProblem(read, boundsOf(context)) ?? replayProblem(claims, iss, context) ?? { iss, sub, claims }
}

async function issuerKeys(iss: string, client: Client, context: Context): Promise<Keys> {
  const { assertion_issuers } = context.realm.settings
  const trusted = Object.hasOwn(assertion_issuers, iss) ? assertion_issuers[iss] : undefined
  if (trusted !== undefined) return trusted.jwks
  if (iss === client.client_id) return await clientKeys(client, context)
  const known = [client.client_id, ...Object.keys(assertion_issuers)].join(', ')
  return { problem: `its iss '${iss}' is neither this client nor one of the sandbox's assertion_issuers; known are: ${known}` }
}

/** RFC 7523 §3, rules 3 to 6. */
function boundsOf({ realm, transport }: Context): Bounds {
  const audience = { what: 'this server', names: transport?.audiences() ?? [] }
  return { now: seconds(realm.clock.now()), audience, needed: ['aud', 'exp'], early: leeway, late: 0, longest, rule: 'RFC 7523 §3' }
}

/** RFC 7523 §3, rule 7. */
function replayProblem({ jti, exp }: ReadJwt['claims'], iss: string, { realm }: Context): JwtProblem | undefined {
  if (jti === undefined) return undefined
  if (typeof jti !== 'string') return { problem: `its jti is ${shown(jti)}; a text was expected` }
  const identifier = `grant assertion ${digest(JSON.stringify([iss, jti])).toString('base64url')}`
  const first = realm.store.seeFirst(identifier, Number(exp) * 1000, realm.clock.now())
  return first
    ? undefined
    : { problem: `it was used before: its jti ${shown(jti)} came already (RFC 7523 §3)`, reason: 'assertion_replayed' }
}
