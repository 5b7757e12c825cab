import { seconds } from '../../basics/clock.ts'
import { clientKeys } from '../clients/documents.ts'
import { boundsProblem, type ReadJwt, readJwt, shown, signerProblem } from '../jose/check.ts'
import { secretAlgs } from '../jose/jws.ts'
import { clientSigningAlgs, sameAlg } from '../jose/verification.ts'
import { OAuthError } from '../model/errors.ts'
import { type Parameters, parametersOf } from '../model/parameters.ts'
import type { Client } from '../model/records.ts'
import type { Context } from '../realm/context.ts'

/** The algorithms that a request object may be signed with. */
export const requestObjectAlgs = [...clientSigningAlgs, ...secretAlgs] as const

/** Seconds by which a client's clock may differ from the sandbox's. */
const leeway = 60

/** Claims that say something of the request object itself and are no parameters (RFC 9101 §4). */
const ofTheJwt = ['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sub']

/** The parameters of a request object (RFC 9101 §4 to §6, OpenID Connect Core §6.1). @throws OAuthError `invalid_request_object` */
export async function readRequestObject(jwt: string, client: Client, context: Context): Promise<Parameters> {
  const read = readJwt(jwt)
  if (read === undefined) {
    const encrypted = jwt.split('.').length === 5
    throw invalid(encrypted ? 'the request object is encrypted, which is not supported' : 'the request object is no JWT')
  }
  await checkSignature(read, client, context)
  checkClaims(read, client, context)
  const { claims } = read
  const parameters = parametersOf(Object.entries(claims).filter(([name]) => !ofTheJwt.includes(name)))
  if (parameters.client_id !== client.client_id) {
    throw invalid(
      `client_id in the request object is ${shown(claims.client_id)} and outside '${client.client_id}'; they must be the same (RFC 9101 §6.3)`,
    )
  }
  return parameters
}

async function checkSignature(jwt: ReadJwt, client: Client, context: Context): Promise<void> {
  const { client_id, client_secret, metadata } = client
  const { alg, typ } = jwt.header
  if (typ !== undefined && typ !== 'JWT' && typ !== 'oauth-authz-req+jwt') {
    throw invalid(`its typ is ${shown(typ)}; a request object's is oauth-authz-req+jwt (RFC 9101 §10.8)`)
  }
  const registered = metadata.request_object_signing_alg
  if (registered !== undefined && !sameAlg(registered, alg)) {
    throw invalid(`it is signed with ${shown(alg)}; client '${client_id}' registered request_object_signing_alg ${registered}`)
  }
  if (alg === 'none') {
    if (context.realm.settings.strictness === 'lenient') return
    throw invalid('its alg is none: it is not signed, and only a lenient sandbox takes that (RFC 9101 §10.2)')
  }
  const octets = client_secret === null ? undefined : new TextEncoder().encode(client_secret)
  const problem = await signerProblem(jwt, {
    name: `client '${client_id}'`,
    algs: requestObjectAlgs,
    keys: () => clientKeys(client, context),
    secret: octets && { name: `the client_secret of '${client_id}'`, octets },
  })
  if (problem !== undefined) throw invalid(problem)
}

/** RFC 9101 §4, RFC 7519 §4.1. */
function checkClaims(jwt: ReadJwt, { client_id }: Client, { realm, issuer, transport }: Context): void {
  const { claims } = jwt
  const { iss, sub } = claims
  if (iss !== undefined && iss !== client_id) throw invalid(`its iss is ${shown(iss)} and not the client_id '${client_id}' (RFC 9101 §4)`)
  // Else it could be used to authenticate the client.
  if (sub !== undefined && sub === client_id) throw invalid('its sub is the client_id, as in a client assertion (RFC 9101 §10.8)')
  const audience = { what: 'the issuer', names: transport?.issuers() ?? [issuer] }
  const bounds = { now: seconds(realm.clock.now()), audience, early: leeway, late: leeway, rule: 'RFC 9101 §4' }
  const wrong = boundsProblem(jwt, bounds)
  if (wrong !== undefined) throw invalid(wrong.problem)
  for (const name of ['request', 'request_uri']) {
    if (claims[name] !== undefined) throw invalid(`it has a member ${name}, which cannot stand inside one (RFC 9101 §4)`)
  }
}

function invalid(why: string): OAuthError {
  return new OAuthError('invalid_request_object', 'The request object is not valid', `The request object is refused: ${why}`)
}
