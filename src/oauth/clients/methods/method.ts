import type { MaybePromise } from '../../../basics/maybe-promise.ts'
import { OAuthError } from '../../model/errors.ts'
import type { Parameters } from '../../model/parameters.ts'
import type { Reason } from '../../model/reasons.ts'
import type { Client } from '../../model/records.ts'
import type { Context } from '../../realm/context.ts'
import type { Rule } from '../metadata-rules.ts'

/** Looks for a client by its id. */
export type FindClient = (client_id: string, context: Context) => MaybePromise<Client | undefined>

/** A way in which a client may authenticate (RFC 6749 §2.3): all that is to be known of it. */
export interface AuthMethod {
  /** The registered name (RFC 7591 §2). */
  readonly name: string
  /** For people. */
  readonly label: string
  /** Whether its clients are given a secret. */
  readonly has_secret?: boolean
  /** Whether its clients must register keys, in `jwks` or `jwks_uri`. */
  readonly needs_keys?: boolean
  /** Whether its clients cannot authenticate (RFC 6749 §2.1). */
  readonly is_public?: boolean
  /** Whether it goes by the certificate of the TLS connection, so that it is there only where one is asked for. */
  readonly by_certificate?: boolean
  /** What its clients may sign with, as discovery lists it (RFC 8414 §2). */
  readonly signing_algs?: readonly string[]
  /** The methods that it stands for unless `strictness` is `rfc`: API clients mix header and body. */
  readonly stands_for?: readonly string[]
  /** Members of the metadata that are for its clients alone, each with its rule. */
  readonly members?: Readonly<Record<string, Rule>>
  /** The rule of its own that a client's metadata breaks; undefined when none. */
  readonly problem?: (members: Readonly<Record<string, unknown>>) => { field: string; message: string; explanation: string } | undefined
  /**
   * The client that a request proves to come from by something that names it and that no other method brings: a Basic header,
   * an assertion. Undefined when it brings no such thing.
   * @throws OAuthError `invalid_client`, `invalid_request`
   */
  readonly recognize?: (
    authorization: string | undefined,
    parameters: Parameters,
    context: Context,
    find: FindClient,
  ) => MaybePromise<Client> | undefined
  /** Makes sure of a client that registered for this and is named by `client_id` in the body alone. @throws OAuthError `invalid_client` */
  readonly prove: (client: Client, parameters: Parameters, context: Context) => MaybePromise<Client>
}

/**
 * Holds a client to the method that it registered (RFC 7591 §2), so that a weaker one cannot stand for it. Header and body
 * stand for each other: API clients use one for the first request and the other for a refresh. `strictness: rfc` tells them apart.
 * @throws OAuthError `invalid_client`
 */
export function checkMethod(
  client: Client,
  { name, stands_for = [] }: Pick<AuthMethod, 'name' | 'stands_for'>,
  context: Context,
  headers?: Readonly<Record<string, string>>,
): void {
  checkOffered(client, context, headers)
  const registered = client.token_endpoint_auth_method
  if (registered === name) return
  if (stands_for.includes(registered) && context.realm.settings.strictness !== 'rfc') return
  throw failed(
    'auth_method_not_allowed',
    `client '${client.client_id}' is registered for ${registered} and came with ${name}: a client authenticates as it registered, and no other way (RFC 7591 §2)`,
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
    'auth_method_not_allowed',
    `client '${client_id}' is registered for ${registered}, which sandbox '${realm.name}' does not take; it takes: ${realm.auth_methods.join(', ')}`,
    headers,
  )
}

/** The refusal of a client, with what was wrong for the developer alone (RFC 6749 §5.2). */
export function failed(reason: Reason, explanation: string, headers?: Readonly<Record<string, string>>): OAuthError {
  return new OAuthError(reason, 'Client authentication failed', explanation, headers)
}
