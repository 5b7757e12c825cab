import { digest, randomText } from '../../basics/random.ts'
import { clientOf, clientParameters } from '../clients/authentication.ts'
import { OAuthError } from '../model/errors.ts'
import type { ClientRequest, Parameters } from '../model/parameters.ts'
import type { Context } from '../realm/context.ts'
import { pushedPrefix, pushedRequestTtl, type StoredParameters } from '../storage/store.ts'
import { checkAuthorizationRequest } from './authorize.ts'

/**
 * The endpoint for pushed authorization requests (RFC 9126 §2): authenticates the client as the token endpoint does and checks
 * the request as the authorization endpoint would.
 * @throws OAuthError which is answered as an error of the token endpoint (§2.3)
 */
export async function pushAuthorizationRequest(
  read: ClientRequest,
  context: Context,
): Promise<{ request_uri: string; expires_in: number }> {
  const { store, clock } = context.realm
  const client = await clientOf(read, context)
  if (read.parameters.request_uri !== undefined) {
    throw new OAuthError(
      'parameter_invalid',
      'request_uri cannot be pushed',
      'request_uri came in a pushed request (RFC 9126 §2.1)',
    ).naming({
      parameter: 'request_uri',
    })
  }
  // What authenticates the client is no part of the authorization request (RFC 9126 §2.1).
  const asked = Object.entries(read.parameters).filter(([name]) => !clientParameters.includes(name))
  const { parameters } = await asTokenError(() =>
    checkAuthorizationRequest({ parameters: { ...Object.fromEntries(asked), client_id: client.client_id }, problem: undefined }, context, {
      pushed: true,
    }),
  )
  const handle = context.realm.requests?.authorization?.newPushedHandle?.() ?? randomText(43)
  const now = clock.now()
  store.savePushedRequest(
    { digest: digest(handle), client, parameters: withoutAbsent(parameters), expires_at: now + pushedRequestTtl * 1000 },
    now,
  )
  return { request_uri: pushedPrefix + handle, expires_in: pushedRequestTtl }
}

/** The client is told here, and not at its redirect URI. */
async function asTokenError<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new OAuthError(error.kind, error.message, error.explanation).naming(error.about)
  }
}

function withoutAbsent(parameters: Parameters): StoredParameters {
  return Object.fromEntries(Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
