import { given } from '../../basics/given.ts'
import { OAuthError, PageError } from '../../oauth/model/errors.ts'
import type { LogoutRequest } from '../../oauth/realm/asked.ts'
import type { CallbackWording, Context, RequestDialect } from '../../oauth/realm/context.ts'
import type { RedirectRules } from '../../oauth/realm/redirect-rules.ts'

/** To the letter, port and all; over http on this machine alone. */
export const cognitoRedirects = {
  matches: (registered, came) => registered === came,
  refuses: (uri) => {
    if (!URL.canParse(uri)) return 'It is no absolute address'
    if (uri.includes('#')) return 'It has a fragment'
    if (!/^http:/i.test(uri) || /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?=[:/?]|$)/i.test(uri)) return undefined
    return 'Cognito takes http on this machine alone'
  },
} satisfies RedirectRules

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

/** Refresh tokens can be revoked, with all that came of them, and nothing else. */
export const revocable: NonNullable<RequestDialect['revocable']> = (token, use) => {
  if (use !== 'access' && (use === 'refresh' || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))) return
  const message = 'unsupported_token_type'
  throw new OAuthError('invalid_request', message, 'The token is no refresh token; only these can be revoked').naming({ worded: message })
}
