import { isIP } from 'node:net'
import { scopeOfApp } from '../../oauth/clients/scope.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Client } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { type CallbackWording, type Context, noteTo, type RequestDialect } from '../../oauth/realm/context.ts'
import { accountOf, emailFor, tellOnce } from './accounts.ts'
import { appleSecretProblem } from './client-secret.ts'
import { appleSettings } from './settings.ts'
import { migrationGrant, migrationScope } from './transfers.ts'

/** Why the vendor refuses a redirect URI, whoever registered it. */
function webProblem(redirect_uri: string): string | undefined {
  if (!redirect_uri.startsWith('https:')) return 'is not https'
  const host = new URL(redirect_uri).hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) return 'has an IP address'
  return host === 'localhost' || host.endsWith('.localhost') ? 'is at localhost' : undefined
}

/** @throws OAuthError when the vendor would have no such redirect URI, and the sandbox is as strict */
function checkRedirect(redirect_uri: string, context: Context): void {
  const problem = webProblem(redirect_uri)
  if (problem === undefined) return
  const explanation = `redirect_uri '${redirect_uri}' ${problem}, and Apple takes https and the name of a host alone`
  if (appleSettings.of(context.realm.settings).http_redirects) {
    noteTo(context, `${explanation}; it passes because it is registered and the setting http_redirects is true`)
    return
  }
  const how = `; set http_redirects to true in sandbox '${context.realm.name}' to let it pass`
  throw new OAuthError('redirect_unregistered', 'Invalid web redirect url.', explanation + how).naming({ redirect_uri })
}

function checks({ redirect_uri, scope, response_mode }: Parameters, client: Client, context: Context): void {
  // A native app has no redirect URI of its own: the device answers.
  if (client.metadata.application_type !== 'native' && redirect_uri !== undefined) checkRedirect(redirect_uri, context)
  const personal = scopes(scope).filter((one) => one === 'name' || one === 'email')
  if (personal.length === 0 || response_mode === 'form_post' || response_mode === 'web_message') return
  const message = 'response_mode must be form_post when name or email scope is requested.'
  throw new OAuthError(
    'invalid_request',
    message,
    `scope has ${personal.join(' and ')}, and response_mode is ${response_mode ?? 'missing'}`,
  )
}

/** Every grant has openid: an ID token comes with all of them. */
const scopeOf: NonNullable<RequestDialect['scope']> = (requested, client, context, { grant_type }) => {
  if (grant_type === migrationGrant.grant_type) return migrationScope
  const asked = scopes(requested).filter((one) => one !== 'openid')
  return asked.length === 0 ? 'openid' : `openid ${scopeOfApp(asked.join(' '), client, context)}`
}

/** What an app is told at its redirect URI; once per user, what it is called and where it reads its mail. */
export const appleCallback: CallbackWording = ({ parameters, client, user, grant, error }, { realm }) => {
  const { state, code, id_token } = parameters
  if (error !== undefined) return { error: error.code === 'access_denied' ? 'user_cancelled_authorize' : error.code, state }
  const given = scopes(grant?.scope)
  if (user === undefined || !given.some((one) => one === 'name' || one === 'email')) return { state, code, id_token }
  if (!tellOnce(user, client.app, realm.documents)) return { state, code, id_token }
  const { first_name, last_name } = accountOf(user, client.app, realm.documents)
  const name = given.includes('name') ? { firstName: first_name, lastName: last_name } : undefined
  const email = given.includes('email') ? emailFor(user, client.app, realm) : undefined
  return { state, code, id_token, user: JSON.stringify({ name, email }) }
}

/** What the vendor's script reads in the page that opened its popup: the user is an object there. */
function appleMessage({ error, user, code, id_token, state }: Readonly<Record<string, string | undefined>>): string {
  const authorization = { code, id_token, state }
  const data = error === undefined ? { authorization, user: user && JSON.parse(user) } : { error }
  return JSON.stringify({ method: 'oauthDone', data })
}

/** Requests as the vendor has them. */
export const appleRequests: RequestDialect = {
  grants: new Map([[migrationGrant.grant_type, migrationGrant]]),
  secret_in: 'body',
  secretProblem: appleSecretProblem,
  scope: scopeOf,
  checks,
  pkce_optional: true,
  authorization: { passes: ['id_token_without_nonce'], onPage: () => true, message: appleMessage },
  // With a session or without, the page asks whether to continue.
  prompt: (_parameters, { auto_consent }) => (auto_consent ? undefined : 'consent'),
}
