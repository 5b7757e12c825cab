import { after } from '../../basics/maybe-promise.ts'
import { privateKeyJwt } from '../../oauth/clients/methods/assertion.ts'
import { isMethod } from '../../oauth/clients/methods/registry.ts'
import { authorizationCode } from '../../oauth/grants/authorization-code.ts'
import { clientCredentials } from '../../oauth/grants/client-credentials.ts'
import { ciba, deviceCode } from '../../oauth/grants/deferred.ts'
import { password } from '../../oauth/grants/password.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Client } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import type { Context, GrantType } from '../../oauth/realm/context.ts'
import { checkPassword } from '../../oauth/users/sign-in.ts'
import { worded } from './errors.ts'
import { factorsOf } from './factors.ts'
import { checkPolicies } from './policies.ts'
import { isOrg, oktaSettings, serverOf } from './settings.ts'
import { isOfAnotherServer } from './tokens.ts'
import { statusOf } from './user-records.ts'

/** The scopes that every server has. */
export const reservedScopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'groups']

/** The scope that a grant begins with: that which was asked for, when the server has it. */
export function oktaScope(requested: string | undefined, client: Client, context: Context): string {
  const { realm, space, trace } = context
  const wanted = scopes(requested)
  if (wanted.length === 0) {
    const text = "The authorization server resource does not have any configured default scopes, 'scope' must be provided."
    throw worded(['invalid_scope', 'scope_missing'], text, 'scope is missing, and no server has scopes by default')
  }
  const reserved = wanted.filter((one) => reservedScopes.includes(one))
  if (trace.grant_type === clientCredentials.grant_type && reserved.length > 0) {
    const explanation = `scope has ${reserved.join(' ')}, which tell of a user; client credentials have none`
    throw worded(['invalid_scope', 'scope_not_allowed'], "Cannot request 'openid' scopes using client credentials.", explanation)
  }
  if (reserved.length > 0 && !wanted.includes('openid')) {
    const explanation = `scope has ${reserved.join(' ')} and lacks openid`
    throw new OAuthError(['invalid_scope', 'scope_missing'], 'openid is missing from scope', explanation).naming({ scope: 'openid' })
  }
  // What an app has beyond the provider's was given to it in the sandbox.
  const own = client.app.scopes.filter((one) => !realm.scopes.includes(one))
  const has = [...reservedScopes, ...Object.keys(serverOf(space, realm.settings)?.scopes ?? {}), ...own]
  const unknown = wanted.filter((one) => !has.includes(one))
  if (unknown.length === 0 || realm.settings.strictness === 'lenient') {
    checkPolicies(wanted, client, context)
    return wanted.join(' ')
  }
  const server = isOrg(space) ? 'The org authorization server' : `Authorization server '${space?.path.as}'`
  const explanation = `${server} has no scope ${unknown.join(' ')}; it has: ${has.join(' ')} (setting authorization_servers)`
  throw new OAuthError('scope_unknown', 'The requested scope is not known', explanation).naming({ scope: unknown.join(' ') })
}

/** Whether a page of this origin may ask for tokens of a client. */
export function isClientsOrigin(origin: string, client: Pick<Client, 'app'> | undefined, settings: Settings): boolean {
  const own = client?.app.redirect_uris.map((uri) => (URL.canParse(uri) ? new URL(uri).origin : '')) ?? []
  return [...own, ...oktaSettings.of(settings).trusted_origins].includes(origin)
}

const fromBrowsers = [authorizationCode.grant_type, refreshToken.grant_type]

/** What is asked of a page that asks for tokens; a program sends no origin. */
function checkBrowser({ grant_type }: GrantType, parameters: Parameters, client: Client, { transport, realm }: Context): void {
  const origin = transport?.header('origin')
  if (origin === undefined) return
  if (!fromBrowsers.includes(grant_type)) {
    const text = 'Browser requests to the token endpoint may only use the authorization_code grant_type.'
    throw worded(['unauthorized_client', 'grant_type_not_allowed'], text, `The request has the header Origin: ${origin}`)
  }
  if (grant_type === authorizationCode.grant_type && parameters.code_verifier === undefined) {
    const text = 'Browser requests to the token endpoint must use Proof Key for Code Exchange.'
    throw worded(['invalid_client', 'verifier_missing'], text, `The request has the header Origin: ${origin}, and no code_verifier`)
  }
  if (!isClientsOrigin(origin, client, realm.settings)) {
    const text = 'Browser requests to the token endpoint must be part of at least one whitelisted redirect_uri.'
    throw worded('invalid_request', text, `${origin} is the origin of no redirect URI of app ${client.app.name}, nor in trusted_origins`)
  }
}

/** A page has a refresh token of a client alone that may use one. */
function checkOffline(scope: string, { client_id, grant_types }: Client, { transport }: Context): void {
  const origin = transport?.header('origin')
  if (origin === undefined || !scopes(scope).includes('offline_access') || grant_types.includes(refreshToken.grant_type)) return
  const text = 'Browser requests to the token endpoint may not include the offline_access scope.'
  const explanation = `The request has the header Origin: ${origin}, and client '${client_id}' lacks the grant type refresh_token`
  throw worded(['invalid_scope', 'scope_not_allowed'], text, explanation)
}

/** What was given at one server holds there alone. */
function checkServer({ code, refresh_token }: Parameters, { space }: Context): void {
  const given = code ?? refresh_token
  if (given === undefined || !isOfAnotherServer(given, space)) return
  const kind = code === undefined ? 'refresh_unknown' : 'code_unknown'
  const explanation = `${code === undefined ? 'refresh_token' : 'code'} was not given at the authorization server that is asked`
  throw worded(['invalid_request', kind], 'The grant was issued for another authorization server.', explanation)
}

/** Beside what the grant type asks. */
function asVendor(grant: GrantType): GrantType {
  return {
    ...grant,
    redeem(parameters, client, context) {
      checkBrowser(this, parameters, client, context)
      checkServer(parameters, context)
      return after(grant.redeem.call(this, parameters, client, context), (issue) => {
        checkOffline(issue.scope, client, context)
        return issue
      })
    },
  }
}

/** The org server gives clients tokens of their own only for a signed assertion. */
const ownTokens: GrantType = {
  ...clientCredentials,
  redeem(parameters, client, context) {
    if (!isOrg(context.space) || isMethod(client.token_endpoint_auth_method, privateKeyJwt)) {
      return clientCredentials.redeem.call(this, parameters, client, context)
    }
    const text = 'Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.'
    throw worded(
      ['invalid_client', 'auth_method_not_allowed'],
      text,
      `client '${client.client_id}' uses ${client.token_endpoint_auth_method}`,
    )
  },
}

/** A password that has expired, or that is not enough for the sign-on policy, gives no tokens. */
const byPassword: GrantType = {
  ...password,
  redeem(parameters, client, context) {
    const { username = '', password: typed = '' } = parameters
    const checked = checkPassword(username, typed, context.realm)
    if (checked.ok && statusOf(context.realm.documents, checked.user) === 'PASSWORD_EXPIRED') {
      throw worded(['invalid_grant', 'password_wrong'], 'Password has expired.', `The status of user '${username}' is PASSWORD_EXPIRED`)
    }
    if (checked.ok && factorsOf(checked.user).length > 0) {
      const text = 'Resource owner password credentials authentication denied by sign on policy.'
      throw worded(['invalid_grant', 'password_wrong'], text, `User '${username}' has a second factor (claim mfa_code or mfa_phone)`)
    }
    return password.redeem.call(this, parameters, client, context)
  },
}

/** The grant types as the vendor has them. */
export const oktaGrants: ReadonlyMap<string, GrantType> = new Map(
  [authorizationCode, refreshToken, ownTokens, byPassword, deviceCode, ciba].map((grant) => [grant.grant_type, asVendor(grant)]),
)
