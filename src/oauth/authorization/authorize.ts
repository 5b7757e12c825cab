/**
 * In this room: the authorization request: how it is read and checked, what stands in its way, the decision, the answer at the
 * redirect URI.
 * Elsewhere: sign-in (`users/`) and pages (`http/`).
 */

import { given } from '../../basics/given.ts'
import { after, type MaybePromise } from '../../basics/maybe-promise.ts'
import { ownValue } from '../../basics/own-value.ts'
import { isPublic } from '../clients/methods/registry.ts'
import { isRegistered, resolveRedirectUri } from '../clients/redirect-pattern.ts'
import { scopeFor } from '../clients/scope.ts'
import { findClient } from '../clients/unregistered.ts'
import { isPkceText } from '../grants/pkce.ts'
import { AuthorizationError, missing, OAuthError, PageError, type RedirectTarget } from '../model/errors.ts'
import type { Parameters, ReadParameters } from '../model/parameters.ts'
import type { Reason } from '../model/reasons.ts'
import type { AuthorizationRequest, Client } from '../model/records.ts'
import { scopes } from '../model/scope.ts'
import { type AuthorizationDialect, type Context, noteTo } from '../realm/context.ts'
import { inFrontChannel, mayUse, normalResponseType, responseModeOf, responseValues, servedResponseTypes } from '../realm/response-type.ts'
import { targetsOf } from '../realm/targets.ts'
import { readIdTokenHint } from '../tokens/own-jwt.ts'
import { keptParameters } from '../tokens/template-values.ts'
import { noteIdleParameters, noteUnreadParameters } from './effects.ts'
import { chooseAcr, readClaimsRequest, readMaxAge, readPrompt, readThumbprint, wantedValues } from './parameters.ts'
import { type RequestSource, requestedParameters } from './requested-parameters.ts'

/** An authorization request that holds, and the parameters that it was read from. */
export interface CheckedRequest {
  client: Client
  request: AuthorizationRequest
  parameters: Parameters
}

/**
 * Checks an authorization request (RFC 6749 §4.1.1 and §4.2.1, OpenID Connect Core §3.1.2.2).
 * @throws PageError while client and redirect URI are not certain, then AuthorizationError, which goes to the client (§4.1.2.1)
 */
export async function checkAuthorizationRequest(
  { parameters: outside, problem }: ReadParameters,
  context: Context,
  source: RequestSource = {},
): Promise<CheckedRequest> {
  const client = await clientOf(outside, context)
  const parameters = await relay(targetOutside(outside, client, context), context, () =>
    requestedParameters(outside, client, context, source),
  )
  noteUnreadParameters(outside, parameters, context)
  const redirect_uri = resolveRedirectUri(client, parameters, context)
  const { state } = parameters
  const { authorization } = context.realm.requests ?? {}
  const { response_type: asked_type = authorization?.usual_response_type } = authorization?.any_response_type === true ? {} : parameters
  const response_type = normalResponseType(asked_type ?? '')
  const served = servedResponseTypes(context.realm)
  const known = served.includes(response_type)
  const asked_mode = ownValue(authorization?.response_modes ?? {}, parameters.response_mode ?? '') ?? parameters.response_mode
  const mode = responseModeOf(known ? response_type : 'code', asked_mode, context.realm.response_modes, redirect_uri)
  const response_mode = authorization?.errors_in_query === true && asked_mode === 'query' ? 'query' : mode.response_mode
  const target: RedirectTarget = { client, redirect_uri, response_mode, state }
  const request = await relay(target, context, () => {
    if (problem !== undefined) throw problem
    if (mode.problem !== undefined) {
      const about = given({ response_mode: parameters.response_mode })
      throw new OAuthError('response_mode_unknown', 'The response mode is not supported', mode.problem).naming(about)
    }
    if (asked_type === undefined) throw missing('response_type', undefined, 'response_type_missing')
    if (!known) throw unsupported(asked_type, served)
    checkResponseType(response_type, client)
    context.realm.requests?.checks?.(parameters, client, context)
    const asked = {
      client_id: client.client_id,
      redirect_uri,
      redirect_uri_given: parameters.redirect_uri !== undefined,
      response_type,
      response_mode: mode.response_mode,
      ...given({ state, request_uri: authorization?.pushed_stays === true ? outside.request_uri : undefined }),
    }
    return after(readRequest(parameters, response_type, client, context), (read) => ({ ...asked, ...read }))
  })
  return { client, request, parameters }
}

async function clientOf({ client_id }: Parameters, context: Context): Promise<Client> {
  if (client_id === undefined) {
    throw new PageError(
      ['invalid_request', 'client_missing'],
      'client_id is missing',
      'The authorization request has no client_id (RFC 6749 §4.1.1)',
    )
  }
  context.trace.client_id = client_id
  const client = await findClient(client_id, context)
  if (client !== undefined) {
    await relay(undefined, context, () => context.realm.requests?.admits?.(client, 'authorize', context))
    return client
  }
  const explanation = `client_id '${client_id}' is not registered in sandbox '${context.realm.name}'`
  throw new PageError('client_unknown', 'This client is not known', explanation, [{ label: 'This came', values: [client_id] }]).naming({
    client_id,
  })
}

/** Where to tell that a request object is not valid: at the redirect URI in the query, when that is the client's. */
function targetOutside(parameters: Parameters, client: Client, { realm }: Context): RedirectTarget | undefined {
  const { redirect_uri, state } = parameters
  if (redirect_uri === undefined || !isRegistered(client, redirect_uri, realm, parameters)) return undefined
  return { client, redirect_uri, response_mode: 'query', state }
}

/** Runs a check and sends what it refuses to the client, or to a page when the client cannot be told. */
function relay<T>(target: RedirectTarget | undefined, { realm }: Context, check: () => MaybePromise<T>): MaybePromise<T> {
  const refuse = (error: unknown): never => {
    if (!(error instanceof OAuthError) || error instanceof PageError) throw error
    const { kind, message, explanation, status } = error
    const told =
      target === undefined || realm.requests?.authorization?.onPage?.(error) === true
        ? new PageError(kind, message, explanation, [], status)
        : new AuthorizationError(kind, message, explanation, target)
    throw told.naming(error.about)
  }
  try {
    const checked = check()
    return checked instanceof Promise ? checked.catch(refuse) : checked
  } catch (error) {
    return refuse(error)
  }
}

function unsupported(response_type: string, served: readonly string[]): OAuthError {
  const list = served.length === 1 ? `${served[0]} is supported` : `supported are: ${served.join(', ')}`
  const explanation = `response_type '${response_type}' came; ${list}`
  return new OAuthError('response_type_unknown', 'The response type is not supported', explanation).naming({ response_type })
}

function checkResponseType(response_type: string, client: Client): void {
  if (mayUse(client, response_type)) return
  const { response_types } = client.metadata
  const registered = response_types === undefined ? client.grant_types : response_types
  const explanation = `response_type '${response_type}' came; client '${client.client_id}' is registered for: ${registered.join(', ')}`
  throw new OAuthError('response_type_not_allowed', 'The client may not use this response type', explanation).naming({ response_type })
}

/** What a request says beyond where its answer goes. */
function readRequest(parameters: Parameters, response_type: string, client: Client, context: Context) {
  const { settings, requests } = context.realm
  if (parameters.registration !== undefined) {
    throw new OAuthError('registration_not_supported', 'registration is not supported', 'The parameter registration came')
  }
  const scope = scopeFor(parameters, client, context)
  const { passes = [] } = requests?.authorization ?? {}
  const claims = readClaimsRequest(parameters.claims, passes.includes('malformed_claims'))
  checkIdTokenRequest(parameters, response_type, scope, passes)
  const prompt = readPrompt(requests?.prompt === undefined ? parameters.prompt : requests.prompt(parameters, settings))
  const optional = {
    nonce: parameters.nonce,
    login_hint: parameters.login_hint && (requests?.authorization?.loginHint?.(parameters.login_hint, context) ?? parameters.login_hint),
    max_age: readMaxAge(parameters.max_age, client),
    resource: targetsOf(parameters, context),
    dpop_jkt: readThumbprint(parameters.dpop_jkt),
    acr: chooseAcr(parameters.acr_values, claims, settings),
    claims,
    parameters: keptParameters(parameters, context.realm),
  }
  const anybody = passes.includes('other_hints')
  if (anybody && parameters.id_token_hint !== undefined)
    noteTo(context, 'The request has id_token_hint: without effect, because the vendor takes whoever is signed in')
  const subject = anybody ? undefined : expectedSubject(parameters.id_token_hint, claims, context)
  return after(subject, (sub) => {
    noteIdleParameters(parameters, { response_type, scope, acr: optional.acr, sub, claims }, context)
    return {
      scope,
      prompt,
      ...given({ ...optional, sub }),
      ...(responseValues(response_type).includes('code') ? checkChallenge(parameters, client, context.realm) : {}),
    }
  })
}

/** OpenID Connect Core §3.2.2.1 and §3.3.2.11. */
function checkIdTokenRequest(
  { nonce }: Parameters,
  response_type: string,
  scope: string,
  passes: NonNullable<AuthorizationDialect['passes']>,
): void {
  if (!inFrontChannel(response_type) || !responseValues(response_type).includes('id_token')) return
  if (!scopes(scope).includes('openid') && !passes.includes('id_token_without_openid')) {
    const explanation = `response_type '${response_type}' asks for an ID token, and scope lacks openid (OpenID Connect Core §3.1.2.1)`
    throw new OAuthError(['invalid_scope', 'scope_missing'], 'openid is missing from scope', explanation).naming({ scope: 'openid' })
  }
  if (nonce === undefined && !passes.includes('id_token_without_nonce')) {
    const explanation = `response_type '${response_type}' brings an ID token through the browser, which needs a nonce (OpenID Connect Core §3.2.2.1)`
    throw missing('nonce', explanation, 'nonce_missing')
  }
}

/** The only user who may answer (OpenID Connect Core §3.1.2.1 `id_token_hint`, §5.5.1 `sub`). */
function expectedSubject(
  hint: string | undefined,
  claims: AuthorizationRequest['claims'],
  { realm }: Context,
): MaybePromise<string | undefined> {
  const wanted = (wantedValues(claims, 'id_token', 'sub') ?? wantedValues(claims, 'userinfo', 'sub'))?.[0]
  if (hint === undefined) return typeof wanted === 'string' ? wanted : undefined
  return after(readIdTokenHint(hint, realm), (read) => {
    if (!('problem' in read)) return typeof wanted === 'string' ? wanted : read.sub
    throw new OAuthError('hint_invalid', 'id_token_hint is not valid', `id_token_hint is no ID token of this sandbox: ${read.problem}`)
  })
}

/** RFC 7636 §4.3; who must use PKCE is said by RFC 9700 §2.1.1. */
export function checkChallenge(
  { code_challenge, code_challenge_method }: Parameters,
  client: Client,
  { settings, requests }: Context['realm'],
): Pick<AuthorizationRequest, 'code_challenge' | 'code_challenge_method'> {
  const always = settings.strictness === 'rfc'
  const pkce_optional = requests?.pkce_optional === true
  const fail = (reason: Reason, message: string, explanation: string) => new OAuthError(reason, message, explanation)
  if (code_challenge === undefined) {
    if (code_challenge_method !== undefined)
      throw fail('challenge_missing', 'code_challenge is missing', 'code_challenge_method came without code_challenge (RFC 7636 §4.3)')
    if (isPublic(client) && client.metadata.unregistered !== true && !pkce_optional) {
      const explanation = 'A public client must use PKCE (RFC 9700 §2.1.1): send code_challenge and code_challenge_method=S256'
      throw fail('challenge_missing', 'code_challenge is missing', explanation)
    }
    if (always)
      throw fail(
        'challenge_missing',
        'code_challenge is missing',
        "Every client must use PKCE, because the sandbox's strictness is rfc (OAuth 2.1 §4.1.1)",
      )
    return {}
  }
  const method = code_challenge_method ?? 'plain'
  if (method !== 'S256' && method !== 'plain') {
    throw fail(
      'challenge_method_unknown',
      'code_challenge_method is not supported',
      `code_challenge_method '${method}' is neither S256 nor plain (RFC 7636 §4.3)`,
    )
  }
  if (always && method === 'plain') {
    const came = code_challenge_method === undefined ? 'is missing and means plain' : 'is plain'
    throw fail(
      'challenge_method_not_allowed',
      'code_challenge_method must be S256',
      `code_challenge_method ${came}; the sandbox's strictness is rfc (OAuth 2.1 §7.5.1)`,
    )
  }
  const { challenge_methods } = requests ?? {}
  if (challenge_methods !== undefined && !challenge_methods.includes(method)) {
    const explanation = `code_challenge_method is ${method}; this vendor takes ${challenge_methods.join(', ')}`
    throw fail('challenge_method_not_allowed', 'code_challenge_method is not supported', explanation)
  }
  if (!isPkceText(code_challenge)) {
    const explanation = 'code_challenge must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~ (RFC 7636 §4.2)'
    throw fail('challenge_invalid', 'code_challenge is malformed', explanation)
  }
  return { code_challenge, code_challenge_method: method }
}
