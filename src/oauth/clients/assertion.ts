import { seconds } from '../../basics/clock.ts'
import { digest } from '../../basics/random.ts'
import { readClaims, readHeader } from '../jose/jwt.ts'
import { clientSigningAlgs, fitsAlg, sameAlg, signatureProblem } from '../jose/verification.ts'
import { OAuthError } from '../model/errors.ts'
import type { Parameters } from '../model/parameters.ts'
import type { Client } from '../model/records.ts'
import type { Context } from '../realm/context.ts'
import { clientKeys } from './keys.ts'
import { checkMethod, failed, isByAssertion } from './methods.ts'

/** RFC 7523 §2.2. */
export const clientAssertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Seconds by which a client's clock may differ from the sandbox's. */
const leeway = 60
/** Seconds that an assertion may have before it. Its `jti` is remembered so long (RFC 7523 §3: "unreasonably far in the future"). */
const longest = 24 * 3600

/**
 * Authenticates a client by the JWT in `client_assertion` (RFC 7523 §2.2 and §3, OpenID Connect Core §9): `client_secret_jwt`
 * or `private_key_jwt`, whichever it registered.
 * @throws OAuthError `invalid_client`, or `invalid_request` when the parameters contradict each other
 */
export async function authenticateByAssertion(parameters: Parameters, context: Context): Promise<Client> {
  const { client_assertion: assertion, client_assertion_type: type } = parameters
  if (type === undefined || assertion === undefined) {
    const missing = type === undefined ? 'client_assertion_type' : 'client_assertion'
    throw new OAuthError(
      'invalid_request',
      `Parameter ${missing} is missing`,
      `client_assertion and client_assertion_type go together (RFC 7521 §4.2); ${missing} is missing`,
    )
  }
  if (type !== clientAssertionType) throw failed(`client_assertion_type '${type}' is not ${clientAssertionType} (RFC 7523 §2.2)`)
  const header = readHeader(assertion)
  const claims = readClaims(assertion)
  if (header === undefined || claims === undefined)
    throw failed('client_assertion is no JWT: three parts of base64url with JSON (RFC 7519 §3)')

  const client = await clientOf(claims, parameters, context)
  const alg = algOf(header, client)
  await checkSignature(assertion, alg, header, client, context)
  await checkClaims(claims, client, context)
  return client
}

async function clientOf({ iss, sub }: Record<string, unknown>, { client_id }: Parameters, context: Context): Promise<Client> {
  if (typeof sub !== 'string') throw failed('The assertion has no sub, which is the client_id (RFC 7523 §3)')
  context.trace.client_id = sub
  if (client_id !== undefined && client_id !== sub) {
    throw new OAuthError(
      'invalid_request',
      'Two different clients are named',
      `The assertion's sub is '${sub}' and client_id is '${client_id}'; one request authenticates one client (RFC 7521 §4.2)`,
    )
  }
  if (iss !== sub) throw failed(`The assertion's iss is ${shown(iss)} and its sub '${sub}'; both are the client_id (RFC 7523 §3)`)
  const client = context.realm.store.findClient(sub)
  if (client === undefined) throw failed(`client_id '${sub}' of the assertion is not registered in sandbox '${context.realm.name}'`)
  const registered = client.token_endpoint_auth_method
  // Which of the two it is, is for the registration to say and never for the assertion.
  checkMethod(client, isByAssertion(registered) ? registered : 'private_key_jwt', context)
  return client
}

/** The algorithm of the assertion, when the client may use it (RFC 8725 §3.1). */
function algOf({ alg }: Record<string, unknown>, client: Client): string {
  const method = client.token_endpoint_auth_method
  const allowed: readonly string[] = method === 'client_secret_jwt' ? ['HS256'] : clientSigningAlgs
  if (typeof alg === 'string' && allowed.includes(alg)) {
    const registered = client.metadata.token_endpoint_auth_signing_alg
    if (registered === undefined || sameAlg(registered, alg)) return alg
    throw failed(
      `The assertion is signed with ${alg}; client '${client.client_id}' registered token_endpoint_auth_signing_alg ${registered}`,
    )
  }
  if (alg === 'none') throw failed('The assertion has alg none: it is not signed, so anybody could have written it (RFC 8725 §3.2)')
  if (method === 'private_key_jwt' && typeof alg === 'string' && alg.startsWith('HS')) {
    throw failed(
      `The assertion has alg ${alg}, a shared secret's; client '${client.client_id}' is registered for private_key_jwt, and its public key is no secret (RFC 8725 §2.1)`,
    )
  }
  throw failed(`The assertion has alg ${shown(alg)}; ${method} takes ${allowed.join(', ')}`)
}

async function checkSignature(
  assertion: string,
  alg: string,
  { kid }: Record<string, unknown>,
  client: Client,
  context: Context,
): Promise<void> {
  const { client_id, client_secret } = client
  if (alg === 'HS256') {
    const problem = await signatureProblem(assertion, new TextEncoder().encode(client_secret ?? ''), alg)
    if (problem !== undefined) throw failed(`The assertion is not signed with the client_secret of '${client_id}' (${problem})`)
    return
  }
  const registered = await clientKeys(client, context)
  if ('problem' in registered) throw failed(registered.problem)
  const named = kid === undefined ? registered.keys : registered.keys.filter((key) => key.kid === kid)
  if (named.length === 0) {
    const kids = registered.keys.map((key) => shown(key.kid)).join(', ')
    throw failed(`kid ${shown(kid)} names none of the keys of client '${client_id}', whose kids are: ${kids || 'none'}`)
  }
  const fitting = named.filter((key) => fitsAlg(key, alg))
  if (fitting.length === 0)
    throw failed(`No key of client '${client_id}'${kid === undefined ? '' : ` with kid ${shown(kid)}`} is for ${alg}`)
  const problems: string[] = []
  for (const key of fitting) {
    const problem = await signatureProblem(assertion, key, alg)
    if (problem === undefined) return
    problems.push(problem)
  }
  throw failed(`The assertion is not signed with a key of client '${client_id}' (${[...new Set(problems)].join('; ')})`)
}

/** RFC 7523 §3, rules 3 to 7. */
async function checkClaims(
  { aud, exp, nbf, iat, jti }: Record<string, unknown>,
  client: Client,
  { realm, transport }: Context,
): Promise<void> {
  const audiences = transport?.audiences() ?? []
  const named = (Array.isArray(aud) ? aud : [aud]).map(withoutSlash)
  if (!audiences.some((one) => named.includes(withoutSlash(one)))) {
    throw failed(`The assertion's aud is ${shown(aud)}; it must name this server: ${[...new Set(audiences)].join(' or ')} (RFC 7523 §3)`)
  }
  const now = seconds(realm.clock.now())
  if (typeof exp !== 'number') throw failed(`The assertion's exp is ${shown(exp)}; seconds since the epoch are needed (RFC 7523 §3)`)
  if (exp + leeway <= now) throw failed(`The assertion expired ${now - exp} s ago by the sandbox's clock (exp ${exp}, now ${now})`)
  if (exp > now + longest) throw failed(`The assertion expires in ${exp - now} s; at most ${longest} s are taken (RFC 7523 §3)`)
  for (const [name, time] of Object.entries({ nbf, iat })) {
    if (time === undefined) continue
    if (typeof time !== 'number') throw failed(`The assertion's ${name} is ${shown(time)}; seconds since the epoch are needed`)
    if (time - leeway > now)
      throw failed(`The assertion's ${name} lies ${time - now} s in the future by the sandbox's clock (${name} ${time}, now ${now})`)
  }
  if (typeof jti !== 'string' || jti === '')
    throw failed(`The assertion's jti is ${shown(jti)}; a text is needed that comes once (OpenID Connect Core §9)`)
  const identifier = `assertion ${digest(`${client.client_id} ${jti}`).toString('base64url')}`
  const first = realm.store.seeFirst(identifier, Math.ceil(exp + leeway) * 1000, realm.clock.now())
  if (!first) throw failed(`The assertion was used before: its jti ${shown(jti)} came already (RFC 7523 §3)`)
}

function withoutSlash(text: unknown): unknown {
  return typeof text === 'string' ? text.replace(/\/$/, '') : text
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
}
