import { clientCredentials } from '../../oauth/grants/client-credentials.ts'
import { passwordGrant } from '../../oauth/grants/password.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import { missing, OAuthError } from '../../oauth/model/errors.ts'
import { cibaType, deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { GrantType } from '../../oauth/realm/context.ts'
import { apiOf, keptApi } from './apis.ts'
import { clientSettings } from './client-settings.ts'
import { passwordless, passwordRealm } from './grant-names.ts'
import { mfaGrants, withFactor } from './mfa/grants.ts'
import { checks } from './organizations.ts'
import { checkOtp } from './passwordless.ts'
import { auth0Settings, database } from './settings.ts'

/** With an API that the app may call, as a client grant says. */
const machine: GrantType = {
  ...clientCredentials,
  parameters: [...clientCredentials.parameters, 'organization'],
  redeem(parameters, client, context) {
    const api = apiOf(parameters, context)
    if (api === undefined) {
      const explanation = 'No audience came and the setting default_audience is null: tokens of a client by itself are for an API'
      throw new OAuthError('access_denied', 'Non-global clients are not allowed access to APIv1', explanation, {}, 403)
    }
    const offered = Object.keys(api.scopes ?? {})
    if (offered.length > 0 && !offered.some((one) => client.app.scopes.includes(one))) {
      const message = `Client is not authorized to access "${api.identifier}". You need to create a "client-grant" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants`
      const explanation = `app ${client.app.name} has none of the API's scopes: ${offered.join(', ')}`
      throw new OAuthError('access_denied', message, explanation, {}, 403)
    }
    if (parameters.organization !== undefined) checks(parameters, client, context)
    return clientCredentials.redeem(parameters, client, context)
  },
}

const password = passwordGrant(keptApi)

const inDirectory: GrantType = {
  ...password,
  redeem(parameters, client, context) {
    if (auth0Settings.of(context.realm.settings).default_directory === 'none') {
      const message = 'Authorization server not configured with default connection.'
      throw new OAuthError('server_error', message, 'The setting default_directory is none')
    }
    return withFactor(password).redeem(parameters, client, context)
  },
}

const inRealm: GrantType = {
  ...password,
  grant_type: passwordRealm,
  parameters: [...password.parameters, 'realm'],
  redeem(parameters, client, context) {
    const { realm } = parameters
    if (realm === undefined) throw missing('realm')
    if (realm !== database) {
      const explanation = `realm '${realm}' is no connection of the tenant with passwords; there is: ${database}`
      throw new OAuthError('parameter_invalid', `connection ${realm} not found`, explanation).naming({ parameter: 'realm' })
    }
    return withFactor({ ...password, grant_type: passwordRealm }).redeem(parameters, client, context)
  },
}

/** The code that was sent to the user's address or phone. */
const byOtp: GrantType = {
  ...password,
  grant_type: passwordless,
  parameters: ['username', 'otp', 'realm', 'scope'],
  redeem: checkOtp,
}

/** As the app says of its refresh tokens, and else as the sandbox's settings do. */
const refresh: GrantType = {
  ...refreshToken,
  redeem(parameters, client, context) {
    const { rotation_type, leeway } = clientSettings(client, context.realm.documents).refresh_token ?? {}
    if (rotation_type === undefined && leeway === undefined) return refreshToken.redeem(parameters, client, context)
    const { settings } = context.realm
    const rotation = rotation_type === 'rotating' ? 'strict' : rotation_type === 'non-rotating' ? 'off' : settings.rotation
    const own = { ...settings, rotation, rotation_grace: leeway ?? settings.rotation_grace }
    return refreshToken.redeem(parameters, client, { ...context, realm: { ...context.realm, settings: own } })
  },
}

/** The vendor's grant types, and its way of those that RFCs have. */
export const auth0Grants: ReadonlyMap<string, GrantType> = new Map(
  [refresh, machine, inDirectory, inRealm, byOtp, ...mfaGrants].map((one) => [one.grant_type, one]),
)

/** What its token endpoint serves. */
export const auth0GrantTypes = [
  ...['authorization_code', 'refresh_token', 'client_credentials', 'password'],
  ...[deviceCodeType, cibaType, passwordRealm, passwordless, ...mfaGrants.map(({ grant_type }) => grant_type)],
]
