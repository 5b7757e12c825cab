import type { ErrorCode } from '../../oauth/model/error-codes.ts'
import { missing, OAuthError, PageError } from '../../oauth/model/errors.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { AuthorizationDialect, CallbackWording, RequestDialect } from '../../oauth/realm/context.ts'
import { coveredScope, warnsOf } from './consent.ts'
import { refuseDeleted } from './deleted-clients.ts'
import { hdOf } from './profile.ts'
import { popup } from './redirects.ts'
import { redirectedScope } from './scopes.ts'
import { googleSettings } from './settings.ts'

/** What a user would have to do. */
const forUsers: readonly ErrorCode[] = ['login_required', 'consent_required', 'interaction_required', 'account_selection_required']

/** What the vendor has in authorization requests. */
export const googleAuthorization: AuthorizationDialect = {
  parameters: [
    ...['access_type', 'include_granted_scopes', 'enable_granular_consent', 'hd', 'approval_prompt'],
    ...['display', 'openid.realm', 'request_visible_actions', 'user_id'],
  ],
  // A hint at one, and no check: the client is to look at the claim.
  offers(user, { parameters }) {
    const { hd } = parameters ?? {}
    return hd === undefined || (hd === '*' ? hdOf(user) !== undefined : hdOf(user) === hd)
  },
  warns: warnsOf,
  loginHint: (hint, { realm }) => realm.store.findUserById(hint)?.username,
  // Whatever is wrong with the request itself stands there.
  onPage: ({ code }) => code !== 'access_denied' && !forUsers.includes(code),
}

/** `approval_prompt=force` is the older name of `prompt=consent`. */
export const googlePrompt: NonNullable<RequestDialect['prompt']> = ({ prompt, approval_prompt }) =>
  approval_prompt === 'force' ? 'consent' : prompt

const prompts = ['none', 'consent', 'select_account']

/** The vendor's own rules for an authorization request. */
export const googleChecks: NonNullable<RequestDialect['checks']> = (parameters, client, context) => {
  const { transport } = context
  refuseDeleted(client, context)
  const { prompt, approval_prompt, response_type = '', nonce, access_type, redirect_uri } = parameters
  if (prompt !== undefined && approval_prompt !== undefined) {
    throw invalid('Conflict params: approval_prompt and prompt', 'prompt and approval_prompt came, and they mean the same', 'prompt')
  }
  if (redirect_uri === popup && transport !== undefined) {
    throw invalid(
      'Invalid parameter value for redirect_uri',
      `redirect_uri=${popup} is for the vendor's script; here a code for it is had without a browser`,
      'redirect_uri',
    )
  }
  const unknown = scopes(prompt).find((one) => !prompts.includes(one))
  if (unknown !== undefined) {
    throw invalid(
      `Invalid parameter value for prompt: Invalid prompt: ${unknown}`,
      `prompt has '${unknown}'; taken are ${prompts.join(', ')}`,
      'prompt',
    )
  }
  if (access_type !== undefined && access_type !== 'online' && access_type !== 'offline') {
    throw invalid(
      `Invalid parameter value for access_type: ${access_type}`,
      `access_type is '${access_type}'; taken are online, offline`,
      'access_type',
    )
  }
  if (nonce === undefined && scopes(response_type).includes('id_token')) throw missing('nonce', undefined, 'nonce_missing')
  if (isEmbedded(transport?.header('user-agent') ?? '')) {
    throw new PageError(['access_denied', 'app_missing'], 'disallowed_useragent', 'The User-Agent is that of an embedded web view', [], 403)
  }
}

function invalid(text: string, explanation: string, parameter: string): OAuthError {
  return new OAuthError('parameter_invalid', text, explanation).naming({ parameter })
}

/** Web views of Android and iOS, as far as they tell. */
function isEmbedded(userAgent: string): boolean {
  return (
    userAgent.includes('; wv)') ||
    (/\(i(?:Phone|Pad|Pod);/.test(userAgent) && userAgent.includes('AppleWebKit') && !userAgent.includes('Safari/'))
  )
}

/** The members of the redirect, in the vendor's order; an error has no description. */
export const googleCallback: CallbackWording = ({ parameters, user, grant, client, error }, context) => {
  const { state, code, access_token, token_type, expires_in, id_token } = parameters
  const iss = googleSettings.of(context.realm.settings).response_iss ? parameters.iss : undefined
  if (error !== undefined) return { error: wordOf(error.code), state, iss }
  const scope = grant === undefined || user === undefined ? undefined : redirectedScope(coveredScope(grant, client, user, context))
  return {
    ...{ state, iss, code, access_token, token_type, expires_in, scope, id_token, authuser: '0' },
    hd: user && hdOf(user),
    prompt: grant?.details.consented === true ? 'consent' : 'none',
  }
}

/** One word for whatever keeps `prompt=none` from being answered. */
function wordOf(code: ErrorCode): string {
  return forUsers.includes(code) ? 'interaction_required' : code
}
