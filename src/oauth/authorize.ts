import { isPublic } from './client-methods.ts'
import type { Context } from './context.ts'
import { AuthorizationError, type ErrorCode, PageError } from './errors.ts'
import { makeHandle } from './handle.ts'
import type { Parameters, ReadParameters } from './parameters.ts'
import { isPkceText } from './pkce.ts'
import { digest, randomText } from './random.ts'
import type { AuthorizationRequest, Client, User } from './records.ts'
import { resolveRedirectUri, withQuery } from './redirect-uri.ts'
import { narrow } from './scope.ts'

/** How long a user may take to sign in, milliseconds. */
const interactionTtl = 60 * 60 * 1000

/**
 * Checks an authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3).
 * @throws PageError while client and redirect URI are not certain, then AuthorizationError, which goes to the client (§4.1.2.1)
 */
export async function checkAuthorizationRequest(
  read: ReadParameters,
  { realm, trace }: Context,
): Promise<{ request: AuthorizationRequest; client: Client }> {
  const { parameters, problem } = read
  const { client_id, state } = parameters
  if (client_id === undefined) {
    throw new PageError('invalid_request', 'client_id is missing', 'The authorization request has no client_id (RFC 6749 §4.1.1)')
  }
  trace.client_id = client_id
  const client = await realm.store.findClient(client_id)
  if (client === undefined) {
    throw new PageError(
      'invalid_client',
      'This client is not known',
      `client_id '${client_id}' is not registered in sandbox '${realm.name}'`,
      [{ label: 'This came', values: [client_id] }],
    )
  }
  const redirect_uri = resolveRedirectUri(client, parameters.redirect_uri)

  const fail = (code: ErrorCode, message: string, explanation = message) =>
    new AuthorizationError(code, message, explanation, { redirect_uri, state })
  if (problem !== undefined) throw fail('invalid_request', problem.message, problem.explanation)
  if (parameters.response_type === undefined) throw fail('invalid_request', 'Parameter response_type is missing')
  if (parameters.response_type !== 'code') {
    throw fail(
      'unsupported_response_type',
      'The response type is not supported',
      `response_type '${parameters.response_type}' came; code is supported`,
    )
  }
  if (!client.grant_types.includes('authorization_code')) {
    throw fail(
      'unauthorized_client',
      'The client may not use this response type',
      `client '${client_id}' is registered for: ${client.grant_types.join(', ')}`,
    )
  }
  const scope = relay(() => narrow(parameters.scope, client.app.scopes, `app ${client.app.name}`), fail)
  return {
    client,
    request: {
      client_id,
      redirect_uri,
      redirect_uri_given: parameters.redirect_uri !== undefined,
      scope,
      ...given({ state, nonce: parameters.nonce, login_hint: parameters.login_hint, dpop_jkt: checkThumbprint(parameters.dpop_jkt, fail) }),
      ...checkChallenge(parameters, client, fail),
    },
  }
}

/** RFC 9449 §10: the thumbprint is that of RFC 7638, 256 bits of base64url. */
function checkThumbprint(
  dpop_jkt: string | undefined,
  fail: (code: ErrorCode, message: string, explanation?: string) => AuthorizationError,
): string | undefined {
  if (dpop_jkt === undefined || /^[A-Za-z0-9_-]{43}$/.test(dpop_jkt)) return dpop_jkt
  throw fail('invalid_request', 'dpop_jkt is malformed', `dpop_jkt '${dpop_jkt}' is no SHA-256 thumbprint in base64url (RFC 9449 §10)`)
}

function checkChallenge(
  { code_challenge, code_challenge_method }: Parameters,
  client: Client,
  fail: (code: ErrorCode, message: string, explanation?: string) => AuthorizationError,
): Pick<AuthorizationRequest, 'code_challenge' | 'code_challenge_method'> {
  if (code_challenge === undefined) {
    if (code_challenge_method !== undefined)
      throw fail('invalid_request', 'code_challenge is missing', 'code_challenge_method came without code_challenge (RFC 7636 §4.3)')
    if (isPublic(client)) {
      throw fail(
        'invalid_request',
        'code_challenge is missing',
        'A public client must use PKCE (RFC 9700 §2.1.1): send code_challenge and code_challenge_method=S256',
      )
    }
    return {}
  }
  const method = code_challenge_method ?? 'plain'
  if (method !== 'S256' && method !== 'plain') {
    throw fail(
      'invalid_request',
      'code_challenge_method is not supported',
      `code_challenge_method '${method}' is neither S256 nor plain (RFC 7636 §4.3)`,
    )
  }
  if (!isPkceText(code_challenge)) {
    throw fail(
      'invalid_request',
      'code_challenge is malformed',
      'code_challenge must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~ (RFC 7636 §4.2)',
    )
  }
  return { code_challenge, code_challenge_method: method }
}

/** Runs a check of the protocol and sends what it refuses to the client. */
function relay<T>(check: () => T, fail: (code: ErrorCode, message: string, explanation?: string) => AuthorizationError): T {
  try {
    return check()
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'explanation' in error)
      throw fail(error.code as ErrorCode, error.message, String(error.explanation))
    throw error
  }
}

/** Keeps an authorization request while its user signs in, and gives the interaction's id. */
export async function beginInteraction(request: AuthorizationRequest, client: Client, { realm }: Context): Promise<string> {
  const id = randomText(32)
  const now = realm.clock.now()
  await realm.store.saveInteraction({ id, request, client, expires_at: now + interactionTtl }, now)
  return id
}

/** The user agreed: makes the grant and its code and tells where to send the browser (RFC 6749 §4.1.2). */
export async function allow(
  request: AuthorizationRequest,
  client: Client,
  user: User,
  { realm, trace }: Context,
): Promise<{ redirect_to: string; code: string }> {
  const now = realm.clock.now()
  const id = await realm.store.reserveIds(1)
  const code = makeHandle(id)
  const grant = await realm.store.saveGrantWithCode(
    {
      client,
      user,
      grant_type: 'authorization_code',
      scope: request.scope,
      details: request.dpop_jkt === undefined ? undefined : { dpop_jkt: request.dpop_jkt },
      created_at: now,
    },
    {
      id,
      digest: digest(code),
      redirect_uri: request.redirect_uri_given ? request.redirect_uri : null,
      scope: request.scope,
      nonce: request.nonce ?? null,
      code_challenge: request.code_challenge ?? null,
      code_challenge_method: request.code_challenge_method ?? null,
      issued_at: now,
      expires_at: now + realm.settings.code_ttl * 1000,
    },
  )
  trace.client_id = client.client_id
  trace.username = user.username
  trace.grant_id = grant.id
  return { redirect_to: withQuery(request.redirect_uri, { code, state: request.state }), code }
}

/** The user declined (RFC 6749 §4.1.2.1). */
export function deny(request: AuthorizationRequest, explanation: string): AuthorizationError {
  return new AuthorizationError('access_denied', 'The user denied access', explanation, {
    redirect_uri: request.redirect_uri,
    state: request.state,
  })
}

/** Where an authorization error sends the browser. */
export function errorRedirect(error: AuthorizationError): string {
  return withQuery(error.target.redirect_uri, { error: error.code, error_description: error.message, state: error.target.state })
}

function given<T extends Record<string, string | undefined>>(members: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: string }
}
