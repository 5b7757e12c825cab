import { OAuthError } from '../model/errors.ts'
import type { Client } from '../model/records.ts'
import type { Context } from '../realm/context.ts'

/** Every way to authenticate that the protocol knows (RFC 6749 §2.3, OpenID Connect Core §9, RFC 8705 §2). */
export const clientAuthMethods = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
] as const

/** One of {@link clientAuthMethods}. */
export type ClientAuthMethod = (typeof clientAuthMethods)[number]

/** Whether a client is public: it cannot authenticate (RFC 6749 §2.1). */
export function isPublic({ token_endpoint_auth_method, client_secret }: Client): boolean {
  if (token_endpoint_auth_method === 'none') return true
  return client_secret === null && isBySecret(token_endpoint_auth_method)
}

/** Whether a client shows the secret itself. */
export function isBySecret(method: string): method is 'client_secret_basic' | 'client_secret_post' {
  return method === 'client_secret_basic' || method === 'client_secret_post'
}

/** Whether a client signs a JWT (OpenID Connect Core §9). */
export function isByAssertion(method: string): method is 'client_secret_jwt' | 'private_key_jwt' {
  return method === 'client_secret_jwt' || method === 'private_key_jwt'
}

/** Whether a client is known by the certificate of its TLS connection (RFC 8705 §2). */
export function isByCertificate(method: string): method is 'tls_client_auth' | 'self_signed_tls_client_auth' {
  return method === 'tls_client_auth' || method === 'self_signed_tls_client_auth'
}

/**
 * Holds a client to the method that it registered (RFC 7591 §2), so that a weaker one cannot stand for it. Header and body
 * stand for each other: API clients use one for the first request and the other for a refresh. `strictness: rfc` tells them apart.
 * @throws OAuthError `invalid_client`
 */
export function checkMethod(client: Client, used: ClientAuthMethod, context: Context, headers?: Readonly<Record<string, string>>): void {
  checkOffered(client, context, headers)
  const registered = client.token_endpoint_auth_method
  if (registered === used) return
  if (isBySecret(registered) && isBySecret(used) && context.realm.settings.strictness !== 'rfc') return
  throw failed(
    `client '${client.client_id}' is registered for ${registered} and came with ${used}: a client authenticates as it registered, and no other way (RFC 7591 §2)`,
    headers,
  )
}

/** @throws OAuthError `invalid_client` when the provider has no such method as the client registered */
export function checkOffered(
  { client_id, token_endpoint_auth_method: registered }: Client,
  { realm }: Context,
  headers?: Readonly<Record<string, string>>,
): void {
  if (realm.auth_methods.includes(registered)) return
  throw failed(
    `client '${client_id}' is registered for ${registered}, which sandbox '${realm.name}' does not take; it takes: ${realm.auth_methods.join(', ')}`,
    headers,
  )
}

/** The refusal of a client, with what was wrong for the developer alone (RFC 6749 §5.2). */
export function failed(explanation: string, headers?: Readonly<Record<string, string>>): OAuthError {
  return new OAuthError('invalid_client', 'Client authentication failed', explanation, headers)
}
