/**
 * In this room: what endpoints do, as the RFCs tell it, without HTTP.
 * Elsewhere: handlers (`http/endpoints/`).
 */

import { after, type MaybePromise } from '../../basics/maybe-promise.ts'
import { authenticateClient, clientParameters, requireGrantType } from '../clients/authentication.ts'
import { authenticateAs } from '../clients/dialect.ts'
import { grantTypes } from '../grants/registry.ts'
import { missing, OAuthError } from '../model/errors.ts'
import type { ClientRequest, Parameters } from '../model/parameters.ts'
import type { Client } from '../model/records.ts'
import { narrowResource, targetParameters } from '../model/resource.ts'
import { scopes } from '../model/scope.ts'
import { bindRefreshTokens, concernsKeys, proveKeys } from '../proof/sender-constraint.ts'
import type { Context, GrantType, Realm } from '../realm/context.ts'
import type { Issue } from '../realm/issue.ts'
import { servedGrantTypes } from '../realm/response-type.ts'
import { targetsOf } from '../realm/targets.ts'
import { noteUnread } from '../realm/unread.ts'
import { issueTokens } from '../tokens/issue.ts'

/**
 * The token endpoint (RFC 6749 §3.2): authenticate the client, look the grant type up, check that the client may use it, redeem, mint.
 * @returns the members of the successful answer, as the provider orders them
 */
export function token(request: ClientRequest, context: Context): MaybePromise<Record<string, unknown>> {
  const { parameters: sent, problem } = request
  const { realm, trace } = context
  const dialect = realm.requests
  const { grant_type = dialect?.usual_grant_type } = sent
  const parameters = grant_type === sent.grant_type ? sent : { ...sent, grant_type }
  context.parameters = parameters
  if (parameters.grant_type !== undefined) trace.grant_type = parameters.grant_type
  dialect?.opens?.(context)
  const isLate =
    dialect?.client_before_repeats === true && problem?.reason === 'parameter_repeated' && problem.about.parameter !== 'grant_type'
  if (problem !== undefined && !isLate) throw problem
  if (problem !== undefined) context.problem = problem
  // To tell a client that forgot its body that its credentials are wrong would mislead.
  if (Object.keys(sent).length === 0) {
    const explanation = 'The body is empty: grant_type and the rest belong there, as a form or a JSON object (RFC 6749 §3.2)'
    throw new OAuthError('body_empty', 'The request has no parameters', explanation)
  }
  if (dialect?.grant_type_first === true) grantTypeOf(parameters.grant_type, realm)
  const client =
    dialect === undefined
      ? (grantTypes.get(parameters.grant_type ?? '')?.authenticate ?? authenticateClient)(request.authorization, parameters, context)
      : authenticateAs(dialect, request.authorization, parameters, context)
  return after(client, (client) => {
    if (problem !== undefined) throw problem
    return answer(client, parameters, context)
  })
}

/** What every grant type is asked with. */
const common = ['grant_type', ...clientParameters, ...targetParameters]

/** What the token endpoint answers to a client that authenticated. */
function answer(client: Client, parameters: Parameters, context: Context): MaybePromise<Record<string, unknown>> {
  const { realm } = context
  const grantType = grantTypeOf(parameters.grant_type, realm)
  requireGrantType(client, grantType.grant_type, 'The client may not use this grant type')
  const proved = concernsKeys(client, context) ? proveKeys(client, context) : undefined
  noteUnread(parameters, [common, grantType.parameters], `with grant_type ${grantType.grant_type}`, context)
  return after(proved, (confirmation) => {
    if (confirmation !== undefined) context.confirmation = confirmation
    const resource = targetsOf(parameters, context)
    return after(grantType.redeem(parameters, client, context), (decided) => {
      const issue = asScopeAllows(decided, realm)
      if (context.confirmation !== undefined) bindRefreshTokens(issue, client, context.confirmation, context)
      // A grant type of its own mind about resources, as token exchange, has decided.
      if (resource !== undefined) issue.audience ??= narrowResource(resource, issue.grant)
      return after(issueTokens(issue, parameters.scope, client, context), (issued) => realm.tokens.tokenResponse(issued, realm))
    })
  })
}

/** Without the scopes that a vendor's refresh tokens come with there is none. */
function asScopeAllows(issue: Issue, { requests }: Realm): Issue {
  const needed = requests?.refresh_scopes
  if (needed === undefined || issue.refresh !== 'first' || scopes(issue.scope).some((one) => needed.includes(one))) return issue
  return { ...issue, refresh: 'none' }
}

/** @throws OAuthError `invalid_request` without a grant type, `unsupported_grant_type` with one that the provider does not serve */
function grantTypeOf(name: string | undefined, realm: Realm): GrantType {
  if (name === undefined) throw missing('grant_type', undefined, 'grant_type_missing')
  const served = servedGrantTypes(realm)
  const grantType = served.includes(name) ? (realm.requests?.grants?.get(name) ?? grantTypes.get(name)) : undefined
  if (grantType !== undefined) return grantType
  const explanation = `grant_type '${name}' is none of: ${served.join(', ')}`
  throw new OAuthError('grant_type_unknown', 'The grant type is not supported', explanation).naming({ grant_type: name })
}
