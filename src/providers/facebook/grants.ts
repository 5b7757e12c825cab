import { after } from '../../basics/maybe-promise.ts'
import { authorizationCode } from '../../oauth/grants/authorization-code.ts'
import { clientCredentials } from '../../oauth/grants/client-credentials.ts'
import { deviceCode } from '../../oauth/grants/deferred.ts'
import { missing, OAuthError } from '../../oauth/model/errors.ts'
import type { GrantType } from '../../oauth/realm/context.ts'
import { inspect } from './caller.ts'
import { effectiveScope } from './permissions.ts'

export const exchangeType = 'fb_exchange_token'

/** A code brings no refresh token, and its redirect URI must come again. */
const code: GrantType = {
  ...authorizationCode,
  redeem(parameters, client, context) {
    if (parameters.redirect_uri === undefined) {
      throw new OAuthError('redirect_missing', 'redirect_uri is missing', 'redirect_uri is required with each code, as in the dialog')
    }
    return after(authorizationCode.redeem(parameters, client, context), (issue) => ({ ...issue, refresh: 'none' }))
  },
}

/** A token that lives short is exchanged for one that lives long, by the app that got it. */
const exchange: GrantType = {
  grant_type: exchangeType,
  parameters: [exchangeType],
  redeem({ [exchangeType]: token }, client, context) {
    const { realm, trace } = context
    if (token === undefined) throw missing(exchangeType)
    const seen = inspect(token, context)
    if (!('token' in seen)) throw new OAuthError(seen.reason, 'The access token is not valid', seen.explanation).naming(seen.about)
    const { user, scope, client: owner, grant: before } = seen.token
    if (user === undefined || owner.row !== client.row) {
      const explanation = `${exchangeType} was issued to client '${owner.client_id}', ${user === undefined ? 'for itself' : `not to '${client.client_id}'`}`
      throw new OAuthError('token_unknown', 'The token is not of a user of this app', explanation)
    }
    trace.username = user.username
    const kept = effectiveScope(scope, user, client.app, realm.documents)
    const { details } = before
    const grant = realm.store.saveGrant({ client, user, grant_type: exchangeType, scope: kept, details, created_at: realm.clock.now() })
    trace.grant_id = grant.id
    return { grant, user, scope: kept, refresh: 'none', id_token: false }
  },
}

/** What a device was given is asked for elsewhere. */
const device: GrantType = {
  ...deviceCode,
  redeem() {
    throw new OAuthError('grant_type_unknown', 'The grant type is not supported', 'A device asks /device/login_status for its token')
  },
}

/** The vendor's grant types. */
export const facebookGrants: ReadonlyMap<string, GrantType> = new Map(
  [code, exchange, clientCredentials, device].map((one) => [one.grant_type, one]),
)
