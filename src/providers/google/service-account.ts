import { createHash } from 'node:crypto'
import { seconds } from '../../basics/clock.ts'
import { authenticateClient } from '../../oauth/clients/authentication.ts'
import { findClient } from '../../oauth/clients/unregistered.ts'
import { type Bounds, boundsProblem, type ReadJwt, readJwt, signerProblem } from '../../oauth/jose/check.ts'
import { readClaims, signJwt } from '../../oauth/jose/jwt.ts'
import { missing, OAuthError } from '../../oauth/model/errors.ts'
import { jwtBearerType } from '../../oauth/model/grant-names.ts'
import type { Client, Grant, User } from '../../oauth/model/records.ts'
import type { Context, GrantType } from '../../oauth/realm/context.ts'
import { findSubject } from '../../oauth/users/sign-in.ts'
import { googleIssuer } from './hosts.ts'
import { hdOf } from './profile.ts'
import { googleScope } from './scopes.ts'
import { googleSettings } from './settings.ts'

/** The number of a service account, which its key file calls client_id. */
export function numberOf({ client_id }: Pick<Client, 'client_id'>): string {
  const bits = createHash('sha256').update(client_id).digest().readBigUInt64BE()
  return `1${bits.toString().padStart(20, '0').slice(-20)}`
}

/** Where the vendor takes assertions, by all its names. */
const audiences = [
  'https://oauth2.googleapis.com/token',
  'https://www.googleapis.com/oauth2/v4/token',
  'https://www.googleapis.com/oauth2/v3/token',
  `${googleIssuer}/o/oauth2/token`,
]

/** A service account signs what it asks for with the key of its key file; the keys of our other clients are no service accounts'. */
export const serviceAccount: GrantType = {
  grant_type: jwtBearerType,
  parameters: ['assertion'],
  authenticate(_authorization, parameters, context) {
    const { assertion } = parameters
    if (assertion === undefined) throw missing('assertion')
    const iss = readClaims(assertion)?.iss
    if (typeof iss !== 'string') throw refuse('Invalid JWT: Failed audience check.', 'assertion is no JWT, or has no iss')
    context.trace.client_id = iss
    return Promise.resolve(findClient(iss, context)).then((client) => {
      if (client?.token_endpoint_auth_method === 'none') return authenticateClient(undefined, { client_id: iss }, context)
      const explanation = `iss '${iss}' is no service account of sandbox '${context.realm.name}': a public client of ${jwtBearerType}`
      throw refuse('Invalid grant: account not found', explanation)
    })
  },
  async redeem({ assertion = '' }, client, context) {
    const { realm } = context
    const { claims } = await believed(assertion, client, context)
    const { scope, target_audience } = claims
    const user = actedFor(claims.sub, client, context)
    if (user !== undefined) context.trace.username = user.username
    if (typeof target_audience === 'string') {
      const id_token = await identity(target_audience, client, context)
      return { grant: saved(client, undefined, '', { id_token }), user: undefined, scope: '', refresh: 'none' }
    }
    if (typeof scope !== 'string' || scope === '') {
      const explanation = 'The assertion has neither scope nor target_audience'
      throw new OAuthError('scope_invalid', 'Invalid OAuth scope or ID token audience provided.', explanation)
    }
    const asked = googleScope(scope, client, context, {})
    return { grant: saved(client, user, asked), user, scope: asked, refresh: 'none', id_token: false }

    function saved(client: Client, user: User | undefined, scope: string, vendor?: Record<string, unknown>): Grant {
      const details = vendor === undefined ? {} : { vendor }
      const grant = realm.store.saveGrant({ client, user, grant_type: jwtBearerType, scope, details, created_at: realm.clock.now() })
      context.trace.grant_id = grant.id
      return grant
    }
  },
}

function refuse(text: string, explanation: string): OAuthError {
  return new OAuthError(['invalid_grant', 'assertion_invalid'], text, explanation)
}

/** An assertion that the account's key signed, for this endpoint and for an hour at most. */
async function believed(assertion: string, client: Client, context: Context): Promise<ReadJwt> {
  const { realm, transport } = context
  const jwt = readJwt(assertion)
  if (jwt === undefined) throw refuse('Invalid JWT Signature.', 'assertion is no JWT')
  const keys = async () => ({ keys: await realm.keys.of(client.client_id).publicKeys() })
  const unsigned = await signerProblem(jwt, { name: `service account '${client.client_id}'`, algs: ['RS256'], keys }, 'assertion')
  if (unsigned !== undefined) throw refuse('Invalid JWT Signature.', unsigned)
  const bounds: Bounds = {
    now: seconds(realm.clock.now()),
    audience: { what: 'the token endpoint', names: [...audiences, ...(transport?.audiences() ?? [])] },
    needed: ['aud', 'exp', 'iat'],
    early: 300,
    late: 300,
    longest: 3600 + 300,
    rule: 'as the vendor documents it',
  }
  const problem = boundsProblem(jwt, bounds, 'assertion')
  if (problem === undefined) return jwt
  const text =
    problem.reason === 'audience_wrong'
      ? 'Invalid JWT: Failed audience check.'
      : 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.'
  throw refuse(text, problem.problem)
}

/** Whom the account acts for: a user of the Workspace domain, where that was delegated to it. */
function actedFor(sub: unknown, client: Client, { realm }: Context): User | undefined {
  if (sub === undefined || sub === client.client_id) return undefined
  const subject = findSubject(String(sub), realm)
  if (!subject.ok) throw refuse('Invalid email or User ID', `sub is '${String(sub)}'. ${subject.explanation}`)
  const { organization, domain_wide_delegation } = googleSettings.of(realm.settings)
  if (domain_wide_delegation && hdOf(subject.user) === organization) return subject.user
  const why = domain_wide_delegation
    ? `user '${subject.user.username}' is not of the domain ${organization}`
    : 'domain_wide_delegation is false'
  throw new OAuthError(
    'grant_type_not_allowed',
    'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
    `sub is '${String(sub)}', and ${why}`,
    {},
    401,
  )
}

/** An ID token of the account itself, for a service that wants one. */
async function identity(aud: string, client: Client, { realm, issuer }: Context): Promise<string> {
  const iat = seconds(realm.clock.now())
  const sub = numberOf(client)
  const claims = { aud, azp: sub, email: client.client_id, email_verified: true, exp: iat + 3600, iat, iss: issuer, sub }
  return signJwt(claims, await realm.keys.signingIdTokens('RS256'))
}
