import { given } from '../../basics/given.ts'
import { clientOf, clientParameters } from '../../oauth/clients/authentication.ts'
import { findToken } from '../../oauth/endpoints/introspection.ts'
import { OAuthError, PageError } from '../../oauth/model/errors.ts'
import { readParameters } from '../../oauth/model/parameters.ts'
import type { CallbackWording, Context, LogoutRequest, RequestDialect } from '../../oauth/realm/context.ts'
import { noteUnread } from '../../oauth/realm/unread.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'

/** Errors are told under few codes, and an answer in the fragment has its order. */
export const callbackWording: CallbackWording = ({ parameters }) => {
  const { error, id_token, access_token, token_type, expires_in, state, code } = parameters
  if (error !== undefined) return { ...callbackError(error, parameters.error_description), state }
  return code === undefined ? { id_token, access_token, token_type, expires_in, state } : { code, state }
}

function callbackError(error: string, error_description: string | undefined) {
  if (error === 'invalid_scope') return { error_description: 'invalid_scope', error: 'invalid_request' }
  if (error === 'unauthorized_client' || error === 'server_error') return { error }
  const kept = ['login_required', 'access_denied', 'consent_required', 'interaction_required', 'account_selection_required']
  return { error_description, error: kept.includes(error) ? error : 'invalid_request' }
}

/**
 * Signs out without a question, and goes to a sign-out URL of the client, with nothing added, or back to the sign-in page.
 * @throws PageError when neither is named, or what is named is not the client's
 */
export const logout: NonNullable<RequestDialect['logout']> = (parameters, context): LogoutRequest => {
  const { client_id, logout_uri, redirect_uri } = parameters
  if (client_id === undefined) throw absent('client_id')
  context.trace.client_id = client_id
  const client = context.realm.store.findClient(client_id)
  if (client === undefined) throw new PageError('client_unknown', 'Client does not exist.', `client_id '${client_id}' is not registered`)
  const { post_logout_redirect_uris = [] } = client.metadata
  if (logout_uri !== undefined) {
    check(logout_uri, post_logout_redirect_uris, 'sign-out URL')
    return { next: logout_uri, hint: undefined, sure: true }
  }
  if (redirect_uri === undefined) throw absent('redirect_uri')
  check(redirect_uri, client.app.redirect_uris, 'callback URL')
  const query = new URLSearchParams(given(parameters) as Record<string, string>)
  return { next: `${signInUrl(context)}?${query}`, hint: undefined, sure: true }
}

function absent(parameter: string): PageError {
  const message = `Required String parameter '${parameter}' is not present`
  return new PageError(parameter === 'redirect_uri' ? 'redirect_missing' : 'parameter_missing', message, message)
}

function check(uri: string, registered: readonly string[], kind: string): void {
  if (registered.includes(uri)) return
  const explanation = `'${uri}' is no ${kind} of the client`
  throw new PageError('redirect_unregistered', 'redirect_mismatch', explanation, [
    { label: 'This came', values: [uri] },
    { label: `Each ${kind} of the client`, values: registered.length > 0 ? registered : ['none'] },
  ])
}

function signInUrl({ transport }: Context): string {
  return (transport?.urls()[0] ?? '/login').replace(/[^/]*$/, 'login')
}

/** Revokes a refresh token with all that came of it; nothing else can be revoked. */
async function revoke({ context, authorization, body }: ApiRequest): Promise<Reply> {
  const read = readParameters(body)
  const client = await clientOf({ ...read, authorization }, context)
  noteUnread(read.parameters, [clientParameters, ['token']], 'in a revocation', context)
  const { token } = read.parameters
  if (token === undefined) throw new OAuthError('parameter_missing', 'Parameter token is missing').naming({ parameter: 'token' })
  const found = findToken(token, context)
  const isOurs = found === undefined || found.token.client.client_id === client.client_id
  if (!isOurs) {
    const explanation = `The token was issued to client '${found.token.client.client_id}', not to '${client.client_id}'`
    throw new OAuthError(['invalid_request', 'token_foreign'], "The token is not this client's", explanation)
  }
  if (found?.use === 'access' || (found === undefined && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))) {
    context.trace.explanation = 'The token is no refresh token; only these can be revoked'
    return { status: 400, headers: { 'Content-Type': 'application/json;charset=UTF-8' }, body: '{"error":"unsupported_token_type"}' }
  }
  if (found !== undefined) {
    const { store, clock } = context.realm
    context.trace.grant_id = found.token.grant.id
    store.revokeGrant(found.token.grant.id, 'the client revoked its refresh token', clock.now())
  }
  return { status: 200 }
}

/** What the OAuth half has beside the protocol's endpoints. */
export const hostedUiRoutes: readonly Route[] = [
  { method: 'POST', path: '/oauth2/revoke', endpoint: 'revocation', query: [], handle: revoke },
]
