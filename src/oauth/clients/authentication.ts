import { after, type MaybePromise } from '../../basics/maybe-promise.ts'
import { sameSecret } from '../../basics/random.ts'
import { OAuthError } from '../model/errors.ts'
import type { Parameters } from '../model/parameters.ts'
import type { Client } from '../model/records.ts'
import type { Context } from '../realm/context.ts'
import { checkMethod, checkOffered, failed, isByAssertion, isByCertificate, isPublic } from './methods.ts'
import { findClient } from './unregistered.ts'

interface Credentials {
  client_id: string
  client_secret: string
}

/**
 * Finds out which client speaks and makes sure that it is the one (RFC 6749 §2.3): by a secret in the Authorization header or
 * in the body, by an assertion that it signed, or by the certificate of its connection. An Authorization header of another
 * scheme than Basic is none of ours: API clients send their old access token along.
 * @throws OAuthError `invalid_client`, with `WWW-Authenticate` when the header was used (RFC 6749 §5.2); `invalid_request` when
 *   header and body contradict each other
 */
export function authenticateClient(authorization: string | undefined, parameters: Parameters, context: Context): MaybePromise<Client> {
  const header = basicCredentials(authorization)
  if (parameters.client_assertion !== undefined || parameters.client_assertion_type !== undefined) {
    if (header !== undefined || parameters.client_secret !== undefined)
      throw twoMethods(header === undefined ? 'client_secret' : 'a Basic header')
    return import('./assertion.ts').then((assertions) => assertions.authenticateByAssertion(parameters, context))
  }
  return header === undefined ? authenticateByBody(parameters, context) : authenticateByHeader(header, parameters, context)
}

function twoMethods(other: string): OAuthError {
  return new OAuthError(
    'invalid_request',
    'The client authenticates in two ways',
    `client_assertion and ${other} came; a client uses one method in each request (RFC 6749 §2.3)`,
  )
}

function authenticateByBody(parameters: Parameters, context: Context): MaybePromise<Client> {
  const { client_id } = parameters
  if (client_id === undefined) {
    throw failed(
      'The request names no client: send client_id and client_secret in the body, or both in an "Authorization: Basic" header (RFC 6749 §2.3.1)',
    )
  }
  context.trace.client_id = client_id
  return after(findClient(client_id, context), (client) => {
    if (client === undefined) throw failed(`client_id '${client_id}' is not registered in sandbox '${context.realm.name}'`)
    return checkBody(client, parameters, context)
  })
}

/** Whether the body proves that it is this client who speaks. */
function checkBody(client: Client, parameters: Parameters, context: Context): MaybePromise<Client> {
  const { client_id } = client
  const { client_secret } = parameters
  if (client.metadata.unregistered === true) return client
  const method = client.token_endpoint_auth_method
  if (isByCertificate(method)) {
    return import('./certificate.ts').then((certificates) => certificates.authenticateByCertificate(client, method, parameters, context))
  }
  if (isPublic(client)) {
    if (client_secret !== undefined) throw failed(`client '${client_id}' is public and has no secret, but client_secret came`)
    checkOffered(client, context)
    return client
  }
  if (client_secret === undefined) throw failed(missing(client))
  checkMethod(client, 'client_secret_post', context)
  if (!sameSecret(client_secret, client.client_secret ?? '')) throw failed(`client_secret is not the one of client '${client_id}'`)
  return client
}

function missing({ client_id, token_endpoint_auth_method }: Client): string {
  return isByAssertion(token_endpoint_auth_method)
    ? `client '${client_id}' is registered for ${token_endpoint_auth_method}, and no client_assertion came (RFC 7523 §2.2)`
    : `client '${client_id}' has a secret, and none came (neither client_secret nor Basic)`
}

function authenticateByHeader(candidates: readonly Credentials[], parameters: Parameters, context: Context): MaybePromise<Client> {
  const challenge = { 'WWW-Authenticate': `Basic realm="${context.realm.name}", charset="UTF-8"` }
  const first = candidates[0]
  if (first === undefined) throw failed('The Basic credentials are not base64 of client_id:client_secret (RFC 7617 §2)', challenge)
  context.trace.client_id = first.client_id
  const { client_id, client_secret } = parameters
  if (client_id !== undefined && !candidates.some((one) => one.client_id === client_id)) {
    throw new OAuthError(
      'invalid_request',
      'Two different clients are named',
      `The Basic header names client '${first.client_id}' and the body names '${client_id}'; one request authenticates one client (RFC 6749 §2.3)`,
    )
  }
  if (client_secret !== undefined && !candidates.some((one) => one.client_secret === client_secret)) {
    throw new OAuthError(
      'invalid_request',
      'Two different client secrets are given',
      'client_secret in the body differs from the one in the Basic header (RFC 6749 §2.3)',
    )
  }
  let known = false
  for (const candidate of candidates) {
    const client = context.realm.store.findClient(candidate.client_id)
    if (client === undefined || client.metadata.unregistered === true) continue
    known = true
    // Some clients send a blank password for a client that has no secret.
    if (isPublic(client) && candidate.client_secret === '') checkOffered(client, context)
    else {
      checkMethod(client, 'client_secret_basic', context, challenge)
      if (!sameSecret(candidate.client_secret, client.client_secret ?? '')) continue
    }
    context.trace.client_id = client.client_id
    return client
  }
  if (known) throw failed(`The secret in the Basic header is not the one of client '${first.client_id}'`, challenge)
  return after(findClient(first.client_id, context), (admitted) => {
    if (admitted !== undefined) return admitted
    throw failed(`client_id '${first.client_id}' of the Basic header is not registered in sandbox '${context.realm.name}'`, challenge)
  })
}

/**
 * The ways to read a Basic header, likeliest first: as sent, then form-decoded (RFC 6749 §2.3.1 asks clients to form-encode,
 * and hardly one does). Undefined when there is no Basic header, empty when it cannot be read.
 */
export function basicCredentials(authorization: string | undefined): Credentials[] | undefined {
  if (authorization === undefined) return undefined
  const encoded = /^basic +(.*)$/i.exec(authorization.trim())?.[1]
  if (encoded === undefined) return /^basic$/i.test(authorization.trim()) ? [] : undefined
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded)) return []
  const text = decodeText(Buffer.from(encoded, 'base64'))
  const colon = text.indexOf(':')
  if (colon < 0) return []
  const raw = { client_id: text.slice(0, colon), client_secret: text.slice(colon + 1) }
  const decoded = { client_id: formDecode(raw.client_id), client_secret: formDecode(raw.client_secret) }
  return decoded.client_id === raw.client_id && decoded.client_secret === raw.client_secret ? [raw] : [raw, decoded]
}

/** UTF-8, or latin-1 for bytes that are not (Python's requests sends latin-1). */
function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
