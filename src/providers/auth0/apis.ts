import { type Api, findApi } from '../../oauth/model/api.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { GrantDetails } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import { type Context, noteTo, type RequestDialect } from '../../oauth/realm/context.ts'
import { mfaOob, mfaOtp, mfaRecoveryCode } from './grant-names.ts'
import { managementScopes, userScopes } from './scopes.ts'
import { auth0Settings } from './settings.ts'

/** The identifier of the API by which a tenant is managed. */
export function managementAudience(issuer: string): string {
  return `${issuer}api/v2/`
}

/** The identifier of the API by which users manage their second factors, and its scopes. */
export function mfaAudience(issuer: string): string {
  return `${issuer}mfa/`
}

const mfaScopes = {
  enroll: 'Adding second factors',
  'read:authenticators': 'Reading second factors',
  'remove:authenticators': 'Removing second factors',
}

/** The API that a request asks for, or else the tenant's default one; undefined when there is none. @throws OAuthError */
export function apiOf({ audience }: Parameters, { realm, issuer }: Context): Api | undefined {
  const name = audience ?? auth0Settings.of(realm.settings).default_audience
  if (name === null || name === undefined) return undefined
  if (name === managementAudience(issuer)) return { identifier: name, scopes: managementScopes }
  if (name === mfaAudience(issuer)) return { identifier: name, scopes: mfaScopes }
  const api = findApi(name, realm.settings)
  if (api !== undefined) return api
  const known = [...realm.settings.apis.map(({ identifier }) => identifier), managementAudience(issuer)].join(', ')
  const explanation = `audience '${name}' is none of: ${known} (the setting apis)`
  throw new OAuthError('target_unknown', 'This resource is not known', explanation).naming({ resource: name })
}

/** What a grant keeps of the API that was asked for, so that its tokens are for that one after a refresh, too. @throws OAuthError */
export function keptApi(parameters: Parameters, context: Context): Pick<GrantDetails, 'resource'> {
  const api = apiOf(parameters, context)
  return api === undefined ? {} : { resource: [api.identifier] }
}

/** What was asked for when the grant began is what its tokens are for. */
const begun: readonly (string | undefined)[] = [
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:openid:params:grant-type:ciba',
  ...[mfaOtp, mfaOob, mfaRecoveryCode],
]

export const targets: NonNullable<RequestDialect['targets']> = (parameters, context) => {
  if (begun.includes(parameters.grant_type)) return undefined
  const api = apiOf(parameters, context)
  return api && [api.identifier]
}

/** Where the user is trusted to want all that there is. */
const byPassword: readonly (string | undefined)[] = ['password', 'http://auth0.com/oauth/grant-type/password-realm']

/** What is not known is left out without a word; nothing asked for is nothing, but for those who have the password. */
export const scope: NonNullable<RequestDialect['scope']> = (requested, client, context, parameters) => {
  const ofApi = Object.keys(apiOf(parameters, context)?.scopes ?? {})
  if (parameters.grant_type === 'client_credentials') {
    const granted = ofApi.filter((one) => client.app.scopes.includes(one))
    return (requested === undefined ? granted : known(requested, granted, context)).join(' ')
  }
  if (requested !== undefined) return known(requested, [...Object.keys(userScopes), ...ofApi], context).join(' ')
  return byPassword.includes(parameters.grant_type) ? ['profile', 'email', 'address', 'phone', ...ofApi].join(' ') : ''
}

function known(requested: string, allowed: readonly string[], context: Context): string[] {
  const left = scopes(requested).filter((one) => !allowed.includes(one))
  if (left.length > 0) noteTo(context, `scope '${left.join(' ')}' is left out without a word: the API has none of it`)
  return scopes(requested).filter((one) => allowed.includes(one))
}
