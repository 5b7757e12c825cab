import { scopeOfApp } from '../../oauth/clients/scope.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { CallbackWording, RequestDialect } from '../../oauth/realm/context.ts'
import type { RedirectRules } from '../../oauth/realm/redirect-rules.ts'
import { isOpenHttp } from '../redirect-uris.ts'
import { facebookGrants } from './grants.ts'
import { newAppSecret } from './ids.ts'
import { decide, declinedOf } from './permissions.ts'

const versioned = /^v\d{1,2}\.\d$/

/** Whether a part of a path is a version of the API, which all answer alike. */
export function isVersion(part: string | undefined): boolean {
  return part !== undefined && versioned.test(part)
}

/** Every grant has public_profile, whatever was asked for. */
const scopeOf: NonNullable<RequestDialect['scope']> = (requested, client, context) => {
  const asked = scopes(requested).filter((one) => one !== 'public_profile')
  return asked.length === 0 ? 'public_profile' : `${scopeOfApp(asked.join(' '), client, context)} public_profile`
}

/** What was declined is asked for again with `auth_type=rerequest` alone. */
const consent: NonNullable<RequestDialect['consent']> = ({ scope, parameters }, client, user, { realm }) => {
  const allowed = realm.store.findConsent(user, client)
  if (allowed === undefined || allowed === '') return `User '${user.username}' has not let app ${client.app.name} in yet`
  if (parameters?.auth_type === 'reauthorize') return 'auth_type=reauthorize asks the user once more'
  const again = parameters?.auth_type === 'rerequest'
  const known = [...scopes(allowed), ...(again ? [] : declinedOf(user, client.app, realm.documents))]
  const missing = scopes(scope).filter((one) => !known.includes(one))
  return missing.length === 0 ? undefined : `User '${user.username}' has not allowed app ${client.app.name} ${missing.join(', ')}`
}

/** What the app is told; the user's choice is kept, since the app may ask for it. */
export const facebookCallback: CallbackWording = ({ parameters, client, user, grant, error }, { realm }) => {
  if (error !== undefined) {
    if (error.code !== 'access_denied') return parameters
    const denied = { error: 'access_denied', error_code: '200', error_description: 'Permissions error', error_reason: 'user_denied' }
    return { ...denied, state: parameters.state }
  }
  const given = scopes(grant?.scope)
  const declined = scopes(grant?.details.requested_scope).filter((one) => !given.includes(one))
  if (user !== undefined) decide(user, client.app, realm.documents, given, declined)
  const { return_scopes, response_type } = grant?.details.parameters ?? {}
  const isTold = return_scopes === 'true' || response_type?.split(' ').includes('granted_scopes') === true
  const told = { granted_scopes: given.join(','), denied_scopes: declined.join(',') }
  const { access_token, expires_in, code, id_token, state } = parameters
  return { code, access_token, expires_in, id_token, ...(isTold && told), state }
}

/** Over http on this machine alone, where developers try things. */
export const facebookRedirects: RedirectRules = {
  encoded_as: 'form',
  query_ends: '#_=_',
  refuses: (uri) => (isOpenHttp(uri) ? 'Facebook takes https alone, and http on this machine: localhost, 127.0.0.1 or [::1]' : undefined),
}

const asForm = [
  'client_id',
  'client_secret',
  'redirect_uri',
  'code',
  'grant_type',
  'fb_exchange_token',
  'code_verifier',
  'set_token_expires_in_60_days',
]

/** Requests as the vendor has them: the token endpoint is asked by GET, too, and without a grant type. */
export const facebookRequests: RequestDialect = {
  grants: facebookGrants,
  scope_separator: ',',
  secrets: ['fb_exchange_token', 'appsecret_proof', 'input_token'],
  by_get: ['token'],
  query: { token: asForm },
  usual_grant_type: 'authorization_code',
  scope: scopeOf,
  consent,
  gives: (asked, allowed) =>
    allowed === ''
      ? asked
      : scopes(asked)
          .filter((one) => one === 'public_profile' || scopes(allowed).includes(one))
          .join(' '),
  prompt: ({ auth_type }) => (auth_type === 'reauthenticate' ? 'login' : undefined),
  reads: ['auth_type', 'display', 'return_scopes', 'auth_nonce', 'config_id'],
  authorization: {
    usual_response_type: 'code',
    passes: ['id_token_without_nonce'],
    keeps: ['response_type'],
    onPage: ({ code }) => code !== 'access_denied',
  },
  newDeviceCode: newAppSecret,
  slower: 0,
  pkce_optional: true,
}
