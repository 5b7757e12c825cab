import { given } from '../../basics/given.ts'
import { findToken } from '../../oauth/endpoints/introspection.ts'
import { tokenExchange } from '../../oauth/grants/token-exchange.ts'
import { readClaims } from '../../oauth/jose/jwt.ts'
import { missing, OAuthError } from '../../oauth/model/errors.ts'
import { tokenExchangeType } from '../../oauth/model/grant-names.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { ActiveAccessToken, Client } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { type TokenType, tokenTypeOf, tokenTypes } from '../../oauth/model/token-types.ts'
import type { Context, GrantType } from '../../oauth/realm/context.ts'
import { keycloakScope } from './scope.ts'
import { mappedClaims } from './tokens/claims.ts'
import { mapperInput, type Subject } from './tokens/mapper-input.ts'

function invalid(says: string, explanation = says): OAuthError {
  return new OAuthError('invalid_request', says, explanation)
}

function requestedType({ requested_token_type }: Parameters): TokenType {
  const type = requested_token_type === undefined ? 'access_token' : tokenTypeOf(requested_token_type)
  if (type === 'access_token' || type === 'id_token') return type
  throw invalid(
    'requested_token_type unsupported',
    `requested_token_type is '${requested_token_type ?? ''}'; the vendor gives access tokens and ID tokens`,
  )
}

/** The access token that is exchanged: the client's own, or one that is meant for it. */
function subjectOf(parameters: Parameters, client: Client, context: Context): ActiveAccessToken {
  const { subject_token, subject_token_type, requested_subject } = parameters
  if (subject_token === undefined) throw missing('subject_token')
  if (subject_token_type === undefined) throw missing('subject_token_type')
  if (requested_subject !== undefined) throw invalid("Parameter 'requested_subject' is not supported for standard token exchange")
  if (tokenTypeOf(subject_token_type) !== 'access_token') throw invalid("Parameter 'subject_token' supports access tokens only")
  const found = findToken(subject_token, context)
  if (found?.use !== 'access')
    throw new OAuthError('subject_invalid', 'Invalid token', 'subject_token is no access token of this realm that holds')
  const aud = [readClaims(subject_token)?.aud].flat()
  if (found.token.client.row === client.row || aud.includes(client.client_id)) return found.token
  const why = `subject_token was issued to client '${found.token.client.client_id}', and its aud is ${JSON.stringify(aud)}, without '${client.client_id}'`
  throw new OAuthError('access_denied', 'Client is not within the token audience', why, {}, 403)
}

/** Whom the token is to be for, of those it could be for. */
function audienceOf({ audience }: Parameters, subject: Subject, { realm }: Context): string[] | undefined {
  const wanted = scopes(audience)
  const unknown = wanted.find((client_id) => realm.store.findClient(client_id) === undefined)
  if (unknown !== undefined) throw new OAuthError('target_unknown', 'Audience not found', `There is no client '${unknown}'`)
  const { aud = [] } = mappedClaims(mapperInput(subject, realm), 'access')
  const available = [aud].flat()
  const beyond = wanted.filter((one) => !available.includes(one))
  if (beyond.length > 0)
    throw invalid(`Requested audience not available: ${beyond.join(' ')}`, `The token could be for: ${available.join(', ')}`)
  return wanted.length === 0 ? undefined : wanted
}

/** Standard token exchange, version 2: of access tokens for access tokens and ID tokens. */
export const keycloakExchange: GrantType = {
  ...tokenExchange,
  parameters: [...tokenExchange.parameters, 'requested_subject'],
  redeem(parameters, client, context) {
    const requested = requestedType(parameters)
    const subject = subjectOf(parameters, client, context)
    const { realm, trace, space } = context
    const { user } = subject
    if (user !== undefined) trace.username = user.username
    const own = subject.client.row === client.row
    const openid = requested === 'id_token' || (own && scopes(subject.scope).includes('openid'))
    const scope = keycloakScope(parameters.scope ?? (openid ? 'openid' : undefined), client, context)
    const audience = audienceOf(parameters, { client, user, grant: subject.grant, scope, space }, context)
    const { sid, silent, auth_time } = subject.grant.details
    const grant = realm.store.saveGrant({
      client,
      user,
      grant_type: tokenExchangeType,
      scope,
      details: given({ sid, silent, auth_time, vendor: own ? undefined : { exchanged: true } }),
      parent_id: subject.grant.id,
      created_at: realm.clock.now(),
    })
    trace.grant_id = grant.id
    return { grant, user, scope, audience, issued_token_type: tokenTypes[requested], requested_token: requested, refresh: 'none' }
  },
}
