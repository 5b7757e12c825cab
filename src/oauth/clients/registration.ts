import { seconds } from '../../basics/clock.ts'
import { digest, randomText, sameSecret } from '../../basics/random.ts'
import { challenged } from '../model/challenge.ts'
import { plainApp } from '../model/directory.ts'
import { OAuthError } from '../model/errors.ts'
import type { Reason } from '../model/reasons.ts'
import type { Client } from '../model/records.ts'
import { type Context, noteTo, type Supported } from '../realm/context.ts'
import { listed } from '../realm/unread.ts'
import { checkClientMetadata, type RegisteredMetadata, unknownMembers } from './metadata.ts'
import { hasSecret } from './methods/registry.ts'

/** What registration is given by the server. */
export interface RegistrationSurroundings {
  supported: Supported
  ids: { client_id(): string; client_secret(): string; app_id(): string }
  /** Where clients register, without a slash at the end. */
  registration_endpoint: string
}

/**
 * Dynamic registration (RFC 7591 §3).
 * @returns the client information response (§3.2.1)
 * @throws OAuthError `access_denied` when it is switched off, `invalid_token`, and what {@link checkClientMetadata} throws
 */
export function register(
  document: unknown,
  initial_access_token: string | undefined,
  { supported, ids, registration_endpoint }: RegistrationSurroundings,
  context: Context,
): Record<string, unknown> {
  const { realm, trace } = context
  checkInitialToken(initial_access_token, realm.settings)
  const registered = checked(document, supported, context)
  const client_id = ids.client_id()
  const created_at = realm.clock.now()
  const registration_access_token = randomText(43)
  const { token_endpoint_auth_method, grant_types, metadata } = registered
  const app = { ...plainApp, ...appOf(registered, client_id), app_id: ids.app_id(), created_at }
  const client_secret = hasSecret(token_endpoint_auth_method) ? ids.client_secret() : null
  const draft = { client_id, client_secret, token_endpoint_auth_method, grant_types, metadata, created_at }
  const client = realm.store.saveRegistered(app, draft, digest(registration_access_token))
  trace.client_id = client_id
  return information(client, registration_access_token, registration_endpoint)
}

/** The client that manages its registration (RFC 7592 §2). @throws OAuthError `invalid_token` also when the client is not known (§2.1) */
export function registeredClient(client_id: string, token: string | undefined, { realm, trace }: Context): Client {
  const client = token === undefined ? undefined : realm.store.findRegistered(client_id, digest(token))
  if (client === undefined) {
    throw unauthorized(
      token === undefined ? 'token_missing' : 'token_unknown',
      token === undefined
        ? 'No registration access token came: send "Authorization: Bearer <registration_access_token>" (RFC 7592 §2)'
        : `This is not the registration access token of client '${client_id}', or there is no such registered client`,
    )
  }
  trace.client_id = client_id
  return client
}

/** Replaces a registration (RFC 7592 §2.2). @throws OAuthError `invalid_client_metadata` and what {@link checkClientMetadata} throws */
export function updateRegistration(
  client: Client,
  token: string,
  document: unknown,
  { supported, ids, registration_endpoint }: RegistrationSurroundings,
  context: Context,
): Record<string, unknown> {
  const { realm } = context
  const registered = checked(document, supported, context)
  checkUpdate(document as Readonly<Record<string, unknown>>, client)
  const { token_endpoint_auth_method, grant_types, metadata } = registered
  const updated: Client = {
    ...client,
    app: { ...client.app, ...appOf(registered, client.client_id) },
    client_secret: hasSecret(token_endpoint_auth_method) ? (client.client_secret ?? ids.client_secret()) : null,
    token_endpoint_auth_method,
    grant_types,
    metadata,
  }
  realm.store.updateRegistered(updated)
  return information(updated, token, registration_endpoint)
}

function checked(document: unknown, supported: Supported, context: Context): RegisteredMetadata {
  const registered = checkClientMetadata(document, supported, context.realm.settings, context.realm.redirects)
  const unknown = unknownMembers(document as object)
  if (unknown.length > 0) noteTo(context, `The metadata have ${listed(unknown)}: without effect (RFC 7591 §2)`)
  return registered
}

/** The client information response (RFC 7591 §3.2.1, RFC 7592 §3). */
export function information(client: Client, registration_access_token: string, registration_endpoint: string): Record<string, unknown> {
  const { client_id, client_secret, token_endpoint_auth_method, grant_types, metadata, app, created_at } = client
  return {
    client_id,
    ...(client_secret === null ? {} : { client_secret, client_secret_expires_at: 0 }),
    client_id_issued_at: seconds(created_at),
    registration_access_token,
    registration_client_uri: `${registration_endpoint}/${encodeURIComponent(client_id)}`,
    redirect_uris: app.redirect_uris,
    token_endpoint_auth_method,
    grant_types,
    scope: app.scopes.join(' '),
    ...metadata,
  }
}

function appOf({ redirect_uris, scopes, metadata }: RegisteredMetadata, client_id: string) {
  return { name: typeof metadata.client_name === 'string' ? metadata.client_name : client_id, scopes, redirect_uris }
}

function checkInitialToken(
  token: string | undefined,
  { registration, registration_token }: { registration: 'open' | 'token' | 'off'; registration_token: string | null },
): void {
  if (registration === 'open') return
  if (registration === 'off') {
    const explanation = "The sandbox's setting registration is off: nobody can register"
    throw new OAuthError('access_denied', 'Registration is switched off', explanation, {}, 403)
  }
  if (token !== undefined && registration_token !== null && sameSecret(token, registration_token)) return
  throw unauthorized(
    token === undefined ? 'token_missing' : 'token_unknown',
    token === undefined
      ? 'The sandbox\'s setting registration is token: send the initial access token as "Authorization: Bearer" (RFC 7591 §3)'
      : "The initial access token is not the one of the sandbox's setting registration_token",
  )
}

/** RFC 7592 §2.2: who updates says which client it is, and repeats nothing that only the server decides. */
function checkUpdate(document: Readonly<Record<string, unknown>>, { client_id, client_secret }: Client): void {
  const refuse = (explanation: string) =>
    new OAuthError('invalid_client_metadata', 'The update is not valid', `${explanation} (RFC 7592 §2.2)`)
  if (document.client_id !== client_id) throw refuse(`client_id must be '${client_id}'; ${JSON.stringify(document.client_id)} came`)
  const fixed = ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at']
  const repeated = fixed.find((name) => document[name] !== undefined)
  if (repeated !== undefined) throw refuse(`${repeated} is the server's to say and must not come`)
  if (document.client_secret === undefined || document.client_secret === null) return
  if (typeof document.client_secret === 'string' && sameSecret(document.client_secret, client_secret ?? '')) return
  throw refuse('client_secret is not the current one; a client cannot choose its secret')
}

function unauthorized(reason: Reason, explanation: string): OAuthError {
  return challenged('Bearer', reason, 'The access token is missing or not valid', explanation)
}
