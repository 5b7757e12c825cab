/**
 * In this room: clients: how they authenticate, register, describe themselves, and how grantbox calls them.
 * Elsewhere: how a client is stored (`storage/`).
 */

import { after, type MaybePromise } from '../../basics/maybe-promise.ts'
import { OAuthError } from '../model/errors.ts'
import type { ClientRequest, Parameters } from '../model/parameters.ts'
import type { Client } from '../model/records.ts'
import { type Context, noteTo } from '../realm/context.ts'
import { failed } from './methods/method.ts'
import { authMethods, methodNamed } from './methods/registry.ts'
import { findClient } from './unregistered.ts'

/** The parameters that say who the client is (RFC 6749 §2.3.1, RFC 7521 §4.2). */
export const clientParameters: readonly string[] = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']

/** The client of a request that could be read. @throws OAuthError as {@link authenticateClient} does, and what was wrong with the parameters */
export function clientOf({ problem, authorization, parameters }: ClientRequest, context: Context): MaybePromise<Client> {
  context.realm.requests?.opens?.(context)
  if (problem !== undefined) throw problem
  return authenticateClient(authorization, parameters, context)
}

/** The client that a request names, where it need not show that it is that one. @throws OAuthError as {@link clientOf} does */
export function namedClient(read: ClientRequest, context: Context): MaybePromise<Client> {
  const { problem, parameters } = read
  const { client_id, client_secret, client_assertion } = parameters
  const proves = client_secret ?? client_assertion ?? read.authorization
  if (problem !== undefined || client_id === undefined || proves !== undefined) return clientOf(read, context)
  context.realm.requests?.opens?.(context)
  context.trace.client_id = client_id
  return after(findClient(client_id, context), (client) => {
    if (client === undefined) throw unknownClient(client_id, context)
    context.realm.requests?.admits?.(client, 'client', context)
    return client
  })
}

/** Holds a client to the grant types that it registered (RFC 7591 §2). @throws OAuthError `unauthorized_client` */
export function requireGrantType({ client_id, grant_types }: Client, name: string, message: string): void {
  if (grant_types.includes(name)) return
  const explanation = `client '${client_id}' is registered for: ${grant_types.join(', ')}; not for ${name}`
  throw new OAuthError('grant_type_not_allowed', message, explanation).naming({ client_id, grant_type: name })
}

/**
 * Finds out which client speaks and makes sure that it is the one (RFC 6749 §2.3), by what the request brings or else as the
 * client registered. An Authorization header of another scheme than Basic is none of ours: API clients send their old access
 * token along.
 * @throws OAuthError `invalid_client`, with `WWW-Authenticate` when the header was used (RFC 6749 §5.2); `invalid_request` when
 *   what came contradicts itself
 */
export function authenticateClient(authorization: string | undefined, parameters: Parameters, context: Context): MaybePromise<Client> {
  const { admits } = context.realm.requests ?? {}
  const client = provenClient(authorization, parameters, context)
  if (admits === undefined) return client
  return after(client, (client) => {
    admits(client, 'client', context)
    return client
  })
}

function provenClient(authorization: string | undefined, parameters: Parameters, context: Context): MaybePromise<Client> {
  for (const { recognize } of authMethods) {
    const recognized = recognize?.(authorization, parameters, context, findClient)
    if (recognized !== undefined) return recognized
  }
  if (authorization !== undefined) noteTo(context, 'The Authorization header is without effect: its scheme is not Basic (RFC 6749 §2.3.1)')
  const { client_id } = parameters
  if (client_id === undefined) {
    throw failed(
      'client_missing',
      'The request names no client: send client_id and client_secret in the body, or both in an "Authorization: Basic" header (RFC 6749 §2.3.1)',
    )
  }
  context.trace.client_id = client_id
  return after(findClient(client_id, context), (client) => {
    if (client === undefined) throw unknownClient(client_id, context)
    if (client.metadata.unregistered === true) return client
    const method = methodNamed(client.token_endpoint_auth_method)
    if (method === undefined)
      throw failed(
        'auth_method_not_allowed',
        `client '${client_id}' is registered for ${client.token_endpoint_auth_method}, which nobody knows`,
      )
    return method.prove(client, parameters, context)
  })
}

function unknownClient(client_id: string, { realm }: Context): OAuthError {
  return failed('client_unknown', `client_id '${client_id}' is not registered in sandbox '${realm.name}'`).naming({ client_id })
}
