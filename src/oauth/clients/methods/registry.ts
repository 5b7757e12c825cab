/**
 * In this room: the ways in which clients authenticate, one file each.
 * Elsewhere: reading a request for what it brings (`clients/authentication.ts`).
 */

import type { Client } from '../../model/records.ts'
import { clientSecretJwt, privateKeyJwt } from './assertion.ts'
import { selfSignedTlsClientAuth, tlsClientAuth } from './certificate.ts'
import type { AuthMethod } from './method.ts'
import { none } from './none.ts'
import { clientSecretBasic, clientSecretPost } from './secret.ts'

/** Every way to authenticate that the protocol knows. What only some requests need, each loads when the first comes. */
const known = [clientSecretBasic, clientSecretPost, clientSecretJwt, privateKeyJwt, tlsClientAuth, selfSignedTlsClientAuth, none] as const

/** The name of one of {@link authMethods}. */
export type ClientAuthMethod = (typeof known)[number]['name']

/** The methods, in the order in which discovery lists them. */
export const authMethods: readonly (AuthMethod & { readonly name: ClientAuthMethod })[] = known

/** Their names. */
export const clientAuthMethods: readonly ClientAuthMethod[] = known.map(({ name }) => name)

const byName: ReadonlyMap<string, AuthMethod> = new Map(known.map((method) => [method.name, method]))

/** The method of this name. */
export function methodNamed(name: string): AuthMethod | undefined {
  return byName.get(name)
}

/** Whether a client is public: it cannot authenticate (RFC 6749 §2.1). One that has none of the secret that it would show is, too. */
export function isPublic({ token_endpoint_auth_method, client_secret }: Client): boolean {
  const method = byName.get(token_endpoint_auth_method)
  return method?.is_public === true || (client_secret === null && method?.stands_for !== undefined)
}

/** Whether a client of this method has a secret. */
export function hasSecret(name: string): boolean {
  return byName.get(name)?.has_secret ?? false
}

/** Whether this is the name of the method. */
export function isMethod(name: string | undefined, method: AuthMethod): boolean {
  return name === method.name
}
