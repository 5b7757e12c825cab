import { given } from '../../basics/given.ts'
import { digest, randomText } from '../../basics/random.ts'
import { clientOf, clientParameters, requireGrantType } from '../clients/authentication.ts'
import { failed } from '../clients/methods/method.ts'
import { none } from '../clients/methods/none.ts'
import { isMethod } from '../clients/methods/registry.ts'
import { call } from '../clients/outbound.ts'
import { scopeFor } from '../clients/scope.ts'
import { hasApp } from '../clients/unregistered.ts'
import { magicUsers } from '../faults/magic-users.ts'
import { OAuthError } from '../model/errors.ts'
import { cibaType } from '../model/grant-names.ts'
import type { ClientRequest, Parameters } from '../model/parameters.ts'
import type { Client, User } from '../model/records.ts'
import { targetParameters } from '../model/resource.ts'
import { scopes } from '../model/scope.ts'
import type { Settings } from '../model/settings.ts'
import type { Context, Realm } from '../realm/context.ts'
import { noteUnread } from '../realm/unread.ts'
import type { DeferredRequest } from '../storage/deferred-store.ts'
import { hintedUser } from '../users/hinted-user.ts'
import { decide, requestDetails } from './deferred.ts'

const backchannelParameters = ['scope', 'login_hint', 'login_hint_token', 'id_token_hint', 'binding_message', 'requested_expiry']

/** The longest life that a client may ask for, seconds. */
const longest = 24 * 3600

/**
 * Backchannel authentication (CIBA §7.1): asks a user who is elsewhere, in poll or ping mode.
 * @returns the answer (CIBA §7.3)
 * @throws OAuthError in the words of CIBA §13
 */
export async function authenticateBackchannel(
  read: ClientRequest,
  context: Context,
): Promise<{ auth_req_id: string; expires_in: number; interval: number }> {
  const client = await clientOf(read, context)
  checkConfidential(client)
  requireGrantType(client, cibaType, 'The client may not use backchannel authentication')
  const own = context.realm.requests?.backchannel?.(read.parameters, context)
  const parameters = own?.read ?? read.parameters
  if (parameters.request !== undefined) {
    const explanation = 'request came; this endpoint takes plain parameters (CIBA §7.1.1 is not supported)'
    throw new OAuthError('invalid_request', 'Signed requests are not supported', explanation)
  }
  const { settings, clock, store } = context.realm
  const scope = requestedScope(parameters, client, context)
  const details = requestDetails(parameters, context)
  const expires_in = own?.expires_in ?? requestedExpiry(parameters) ?? settings.backchannel_ttl
  const interval = own?.interval ?? settings.backchannel_interval
  const binding_message = bindingMessage(parameters)
  const auth_req_id = randomText(43)
  const notification = notificationOf(parameters, client, auth_req_id)
  const pinged = notification === undefined ? [] : ['client_notification_token']
  noteUnread(parameters, [clientParameters, targetParameters, backchannelParameters, pinged], 'in a backchannel authentication', context)
  const user = await askedUser(parameters, client, context)
  context.trace.username = user.username

  const interaction_id = randomText(32)
  const now = clock.now()
  const asked = { client, user, scope, details, request: given({ binding_message, ping: notification }) }
  const handles = { grant_type: cibaType, digest: digest(auth_req_id), user_code: null, interaction_id } as const
  const times = { interval, issued_at: now, expires_at: now + expires_in * 1000 }
  store.saveDeferred({ ...asked, ...handles, ...times }, now)
  if (magicUsers.get(user.username)?.denies === true) await decideBackchannelRequest(context.realm, interaction_id, 'denied')
  return { auth_req_id, expires_in, interval }
}

function checkConfidential({ client_id, client_secret, token_endpoint_auth_method }: Client): void {
  if (client_secret !== null || !isMethod(token_endpoint_auth_method, none)) return
  throw failed(
    'client_public',
    `client '${client_id}' is public; backchannel authentication asks for a client that can authenticate (CIBA §7.1)`,
  )
}

function requestedScope(parameters: Parameters, client: Client, context: Context): string {
  const { app } = client
  const { scope } = parameters
  const granted = scopeFor(parameters, client, context)
  const strict = context.realm.requests?.backchannel === undefined || scope === undefined
  // Vendors without OpenID Connect have no such scope.
  if (strict && app.scopes.includes('openid') && !scopes(scope).includes('openid')) {
    const explanation = `scope is ${scope === undefined ? 'missing' : `'${scope}'`}; it must contain openid (CIBA §7.1)`
    const code = scope === undefined ? 'invalid_request' : 'invalid_scope'
    throw new OAuthError([code, 'scope_missing'], 'The scope must contain openid', explanation).naming({ scope: 'openid' })
  }
  return granted
}

function requestedExpiry({ requested_expiry }: Parameters): number | undefined {
  if (requested_expiry === undefined) return undefined
  if (/^[1-9]\d{0,9}$/.test(requested_expiry)) return Math.min(Number(requested_expiry), longest)
  const explanation = `requested_expiry is '${requested_expiry}'; a positive number of seconds was expected (CIBA §7.1)`
  throw new OAuthError('parameter_invalid', 'requested_expiry is not a positive whole number', explanation).naming({
    parameter: 'requested_expiry',
  })
}

function bindingMessage({ binding_message }: Parameters): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (binding_message === undefined || (binding_message.length <= 128 && !/[\u0000-\u001f\u007f]/.test(binding_message))) {
    return binding_message
  }
  const explanation = 'binding_message has at most 128 characters and no control characters'
  throw new OAuthError('invalid_binding_message', 'The binding message cannot be shown', explanation)
}

/** Whom to tell when there is a decision; undefined for a client that polls. */
function notificationOf(
  { client_notification_token: token }: Parameters,
  { client_id, metadata }: Client,
  auth_req_id: string,
): DeferredRequest['ping'] {
  const { backchannel_token_delivery_mode: mode, backchannel_client_notification_endpoint: endpoint } = metadata
  if (mode !== 'ping' || endpoint === undefined) return undefined
  if (token !== undefined && token.length <= 1024 && /^[A-Za-z0-9._~+/-]+=*$/.test(token)) return { endpoint, token, auth_req_id }
  const came = token === undefined ? 'is missing' : 'is no bearer token of at most 1024 characters'
  const explanation = `client_notification_token ${came}: client '${client_id}' is registered for ping mode (CIBA §7.1)`
  const reason = token === undefined ? 'parameter_missing' : 'parameter_invalid'
  throw new OAuthError(reason, `client_notification_token ${came}`, explanation).naming({ parameter: 'client_notification_token' })
}

async function askedUser(parameters: Parameters, client: Client, context: Context): Promise<User> {
  const user = await hintedUser(parameters, client, context)
  if (hasApp(user, client, context)) return user
  const explanation = `app ${client.app.name} is not among the apps of user '${user.username}'`
  throw new OAuthError('app_missing', 'The user cannot use this app', explanation, {}, 403).naming({ username: user.username })
}

/**
 * Decides for the user, and tells a client in ping mode.
 * @returns undefined when there is no such request or it was decided on; `unreached` says why the client could not be told
 */
export async function decideBackchannelRequest(
  realm: Realm,
  id: string,
  decision: 'allowed' | 'denied',
): Promise<{ client_id: string; username: string | undefined; unreached: string | undefined } | undefined> {
  const waiting = realm.store.findDeferred(id, realm.clock.now())
  if (waiting?.grant_type !== cibaType) return undefined
  const decided = decide(waiting, decision, realm)
  if (decided === undefined) return undefined
  const unreached = decided.request.ping === undefined ? undefined : await ping(decided.request.ping, realm.settings)
  return { client_id: decided.client.client_id, username: decided.user?.username, unreached }
}

/** How long a client may take to answer, milliseconds. */
const patience = 2000

/** Tells a client that its user has decided (CIBA §10.2). @returns why it could not be told; undefined when it was */
async function ping(
  { endpoint, token, auth_req_id }: NonNullable<DeferredRequest['ping']>,
  settings: Pick<Settings, 'outbound'>,
): Promise<string | undefined> {
  const answer = await call(endpoint, settings, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ auth_req_id }),
    patience,
  })
  if ('problem' in answer) return `${endpoint} could not be told: ${answer.problem}`
  const { status } = answer
  return status >= 200 && status <= 299 ? undefined : `${endpoint} answered ${status}; 204 was expected (CIBA §10.2)`
}
