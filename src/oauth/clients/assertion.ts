import { seconds } from '../../basics/clock.ts'
import { digest } from '../../basics/random.ts'
import { type Bounds, boundsProblem, type ReadJwt, readJwt, type Signer, shown, signerProblem } from '../jose/check.ts'
import { sameAlg } from '../jose/verification.ts'
import { missing, OAuthError } from '../model/errors.ts'
import type { Parameters } from '../model/parameters.ts'
import type { Client } from '../model/records.ts'
import type { Context } from '../realm/context.ts'
import { clientKeys } from './documents.ts'
import { type AuthMethod, checkMethod, failed } from './methods/method.ts'

/** RFC 7523 §2.2. */
export const clientAssertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const it = 'The assertion'

/** Seconds by which a client's clock may differ from the sandbox's. */
const leeway = 60
/** Seconds that an assertion may have before it. Its `jti` is remembered so long (RFC 7523 §3: "unreasonably far in the future"). */
const longest = 24 * 3600

/**
 * Authenticates a client by the JWT in `client_assertion` (RFC 7523 §2.2 and §3, OpenID Connect Core §9): `client_secret_jwt`
 * or `private_key_jwt`, whichever it registered.
 * @throws OAuthError `invalid_client`, or `invalid_request` when the parameters contradict each other
 */
export async function authenticateByAssertion(
  parameters: Parameters,
  methods: readonly [AuthMethod, ...AuthMethod[]],
  context: Context,
): Promise<Client> {
  const { client_assertion: assertion, client_assertion_type: type } = parameters
  if (type === undefined || assertion === undefined) {
    const absent = type === undefined ? 'client_assertion_type' : 'client_assertion'
    const explanation = `client_assertion and client_assertion_type go together (RFC 7521 §4.2); ${absent} is missing`
    throw missing(absent, explanation)
  }
  if (type !== clientAssertionType)
    throw failed('assertion_invalid', `client_assertion_type '${type}' is not ${clientAssertionType} (RFC 7523 §2.2)`)
  const jwt = readJwt(assertion)
  if (jwt === undefined) throw failed('assertion_invalid', 'client_assertion is no JWT: three parts of base64url with JSON (RFC 7519 §3)')
  const client = clientOf(jwt.claims, parameters, context)
  // Which of the methods it is, is for the registration to say and never for the assertion.
  const { token_endpoint_auth_method: registered } = client
  const method = methods.find(({ name }) => name === registered) ?? methods[0]
  checkMethod(client, method, context)
  checkAlg(jwt.header, client, method)
  const unsigned = await signerProblem(jwt, signerOf(client, method, context), it)
  if (unsigned !== undefined) throw failed('assertion_invalid', unsigned)
  const stale = boundsProblem(jwt, boundsOf(context), it)
  if (stale !== undefined) throw failed(stale.reason ?? 'assertion_invalid', stale.problem)
  checkFirst(jwt, client, context)
  return client
}

function clientOf({ iss, sub }: ReadJwt['claims'], { client_id }: Parameters, context: Context): Client {
  if (typeof sub !== 'string') throw failed('assertion_invalid', 'The assertion has no sub, which is the client_id (RFC 7523 §3)')
  context.trace.client_id = sub
  if (client_id !== undefined && client_id !== sub) {
    const named = `The assertion's sub is '${sub}' and client_id is '${client_id}'`
    const explanation = `${named}; one request authenticates one client (RFC 7521 §4.2)`
    throw new OAuthError('client_ambiguous', 'Two different clients are named', explanation)
  }
  if (iss !== sub)
    throw failed('assertion_invalid', `The assertion's iss is ${shown(iss)} and its sub '${sub}'; both are the client_id (RFC 7523 §3)`)
  const client = context.realm.store.findClient(sub)
  if (client === undefined)
    throw failed('client_unknown', `client_id '${sub}' of the assertion is not registered in sandbox '${context.realm.name}'`)
  return client
}

/** @throws OAuthError when the algorithm is not one that the client may use (RFC 8725 §3.1) */
function checkAlg({ alg }: ReadJwt['header'], { client_id, metadata }: Client, { name, signing_algs = [], needs_keys }: AuthMethod): void {
  if (needs_keys && typeof alg === 'string' && alg.startsWith('HS')) {
    throw failed(
      'assertion_invalid',
      `The assertion has alg ${alg}, a shared secret's; client '${client_id}' is registered for ${name}, and its public key is no secret (RFC 8725 §2.1)`,
    )
  }
  if (alg !== 'none' && !signing_algs.some((one) => one === alg)) {
    throw failed('assertion_invalid', `The assertion has alg ${shown(alg)}; ${name} takes ${signing_algs.join(', ')}`)
  }
  const registered = metadata.token_endpoint_auth_signing_alg
  if (registered === undefined || sameAlg(registered, alg)) return
  throw failed(
    'assertion_invalid',
    `The assertion is signed with ${alg}; client '${client_id}' registered token_endpoint_auth_signing_alg ${registered}`,
  )
}

function signerOf(client: Client, { signing_algs = [] }: AuthMethod, context: Context): Signer {
  const { client_id, client_secret } = client
  const octets = new TextEncoder().encode(client_secret ?? '')
  return {
    name: `client '${client_id}'`,
    algs: signing_algs,
    keys: () => clientKeys(client, context),
    secret: { name: `the client_secret of '${client_id}'`, octets },
  }
}

/** RFC 7523 §3, rules 3 to 6. */
function boundsOf({ realm, transport }: Context): Bounds {
  const audience = { what: 'this server', names: transport?.audiences() ?? [] }
  return { now: seconds(realm.clock.now()), audience, needed: ['aud', 'exp'], early: leeway, late: leeway, longest, rule: 'RFC 7523 §3' }
}

/** RFC 7523 §3, rule 7. */
function checkFirst({ claims: { jti, exp } }: ReadJwt, { client_id }: Client, { realm }: Context): void {
  if (typeof jti !== 'string' || jti === '') {
    throw failed('assertion_invalid', `The assertion's jti is ${shown(jti)}; a text is needed that comes once (OpenID Connect Core §9)`)
  }
  const identifier = `assertion ${digest(`${client_id} ${jti}`).toString('base64url')}`
  const first = realm.store.seeFirst(identifier, Math.ceil(Number(exp) + leeway) * 1000, realm.clock.now())
  if (!first) throw failed('assertion_replayed', `The assertion was used before: its jti ${shown(jti)} came already (RFC 7523 §3)`)
}
