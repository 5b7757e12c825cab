import { readResource } from './authorization-parameters.ts'
import { authenticateClient } from './client-authentication.ts'
import type { Context, Realm } from './context.ts'
import { OAuthError } from './errors.ts'
import type { GrantType, Issue } from './grants/grant-type.ts'
import { grantTypes } from './grants/registry.ts'
import { servedGrantTypes } from './grants/served.ts'
import { after, type MaybePromise } from './maybe-promise.ts'
import { mint } from './mint.ts'
import { type Mischief, mischiefOf, spoilIssue, spoilTokens } from './misbehave.ts'
import type { Parameters, ReadParameters } from './parameters.ts'
import type { Client } from './records.ts'
import { authenticateAs } from './request-dialect.ts'
import { narrowResource } from './resource.ts'
import { bindRefreshTokens, concernsKeys, proveKeys } from './sender-constraint.ts'
import type { IssuedTokens } from './token-profile.ts'

/** A request to the token endpoint, decoded. */
export interface TokenRequest extends ReadParameters {
  authorization: string | undefined
}

/**
 * The token endpoint (RFC 6749 §3.2): authenticate the client, look the grant type up, check that the client may use it, redeem, mint.
 * @returns the members of the successful answer, as the provider orders them
 */
export function token(request: TokenRequest, context: Context): MaybePromise<Record<string, unknown>> {
  const { parameters, problem } = request
  const { realm, trace } = context
  const dialect = realm.requests
  if (parameters.grant_type !== undefined) trace.grant_type = parameters.grant_type
  if (problem !== undefined) throw problem
  // To tell a client that forgot its body that its credentials are wrong would mislead.
  if (Object.keys(parameters).length === 0) {
    throw new OAuthError(
      'invalid_request',
      'The request has no parameters',
      'The body is empty: grant_type and the rest belong there, as a form or a JSON object (RFC 6749 §3.2)',
    )
  }
  if (dialect?.grant_type_first === true) grantTypeOf(parameters.grant_type, realm)
  const client =
    dialect === undefined
      ? (grantTypes.get(parameters.grant_type ?? '')?.authenticate ?? authenticateClient)(request.authorization, parameters, context)
      : authenticateAs(dialect, request.authorization, parameters, context)
  return after(client, (client) => answer(client, parameters, context))
}

/** What the token endpoint answers to a client that authenticated. */
function answer(client: Client, parameters: Parameters, context: Context): MaybePromise<Record<string, unknown>> {
  const { realm } = context
  const grantType = grantTypeOf(parameters.grant_type, realm)
  const name = grantType.grant_type
  if (!client.grant_types.includes(name)) {
    throw new OAuthError(
      'unauthorized_client',
      'The client may not use this grant type',
      `client '${client.client_id}' is registered for: ${client.grant_types.join(', ')}; not for ${name}`,
    )
  }
  const proved = concernsKeys(client, context) ? proveKeys(client, context) : undefined
  return after(proved, (confirmation) => {
    if (confirmation !== undefined) context.confirmation = confirmation
    const resource = readResource(parameters.resource, realm.settings)
    return after(grantType.redeem(parameters, client, context), (issue) => {
      if (context.confirmation !== undefined) bindRefreshTokens(issue, client, context.confirmation, context)
      // A grant type of its own mind about resources, as token exchange, has decided.
      if (resource !== undefined) issue.audience ??= narrowResource(resource, issue.grant)
      return after(issueTokens(issue, parameters.scope, client, context), (issued) => realm.tokens.tokenResponse(issued, realm))
    })
  })
}

/** Mints what a grant type, or a vendor's own route, decided to issue; under mischief, spoilt. */
export function issueTokens(
  issue: Issue,
  requested_scope: string | undefined,
  client: Client,
  context: Context,
): MaybePromise<IssuedTokens> {
  const mischief = mischiefOf(issue, context)
  return mischief === undefined ? mint(issue, client, context) : mintSpoilt(issue, requested_scope, client, context, mischief)
}

async function mintSpoilt(
  issue: Issue,
  requested_scope: string | undefined,
  client: Client,
  context: Context,
  mischief: Mischief,
): Promise<IssuedTokens> {
  const spoilt = await spoilIssue(issue, requested_scope, mischief)
  return spoilTokens(await mint(spoilt, client, context), spoilt, mischief, context)
}

/** @throws OAuthError `invalid_request` without a grant type, `unsupported_grant_type` with one that the provider does not serve */
function grantTypeOf(name: string | undefined, realm: Realm): GrantType {
  if (name === undefined) throw new OAuthError('invalid_request', 'Parameter grant_type is missing')
  const served = servedGrantTypes(realm)
  const grantType = served.includes(name) ? (realm.requests?.grants?.get(name) ?? grantTypes.get(name)) : undefined
  if (grantType !== undefined) return grantType
  throw new OAuthError('unsupported_grant_type', 'The grant type is not supported', `grant_type '${name}' is none of: ${served.join(', ')}`)
}
