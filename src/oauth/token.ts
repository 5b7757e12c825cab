import { authenticateClient } from './client-authentication.ts'
import type { Context } from './context.ts'
import { OAuthError } from './errors.ts'
import { grantTypes } from './grants/registry.ts'
import { mint } from './mint.ts'
import { mischiefOf, spoilIssue, spoilTokens } from './misbehave.ts'
import type { ReadParameters } from './parameters.ts'

/** A request to the token endpoint, decoded. */
export interface TokenRequest extends ReadParameters {
  authorization: string | undefined
}

/**
 * The token endpoint (RFC 6749 §3.2): authenticate the client, look the grant type up, check that the client may use it, redeem, mint.
 * @returns the members of the successful answer, as the provider orders them
 */
export async function token(request: TokenRequest, context: Context): Promise<Record<string, unknown>> {
  const { parameters, problem } = request
  const { realm, trace } = context
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
  const client = await authenticateClient(request.authorization, parameters, context)

  const name = parameters.grant_type
  if (name === undefined) throw new OAuthError('invalid_request', 'Parameter grant_type is missing')
  const grantType = realm.grant_types.includes(name) ? grantTypes.get(name) : undefined
  if (grantType === undefined) {
    throw new OAuthError(
      'unsupported_grant_type',
      'The grant type is not supported',
      `grant_type '${name}' is none of: ${realm.grant_types.join(', ')}`,
    )
  }
  if (!client.grant_types.includes(name)) {
    throw new OAuthError(
      'unauthorized_client',
      'The client may not use this grant type',
      `client '${client.client_id}' is registered for: ${client.grant_types.join(', ')}; not for ${name}`,
    )
  }
  const issue = await grantType.redeem(parameters, client, context)
  const mischief = mischiefOf(issue, context)
  if (mischief === undefined) return realm.tokens.tokenResponse(await mint(issue, client, context))
  const spoilt = await spoilIssue(issue, parameters.scope, mischief)
  return realm.tokens.tokenResponse(await spoilTokens(await mint(spoilt, client, context), spoilt, mischief, context))
}
