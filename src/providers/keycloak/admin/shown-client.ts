import { given } from '../../../basics/given.ts'
import type { Client } from '../../../oauth/model/records.ts'
import type { RealmData } from '../realm/data.ts'

/** A client as the API shows it, members in the vendor's order. */
export function shownClient(client: Client, realm: RealmData): Record<string, unknown> {
  const data = realm.client(client)
  const { app, client_id, client_secret } = client
  const { other = {}, protocolMappers } = data
  return given({
    id: app.app_id,
    clientId: client_id,
    name: data.name,
    description: data.description,
    rootUrl: data.rootUrl,
    adminUrl: data.adminUrl,
    baseUrl: data.baseUrl,
    surrogateAuthRequired: other.surrogateAuthRequired ?? false,
    enabled: data.enabled,
    alwaysDisplayInConsole: other.alwaysDisplayInConsole ?? false,
    clientAuthenticatorType: data.clientAuthenticatorType,
    secret: data.publicClient || data.bearerOnly ? undefined : (client_secret ?? undefined),
    redirectUris: app.redirect_uris,
    webOrigins: data.webOrigins,
    notBefore: other.notBefore ?? 0,
    bearerOnly: data.bearerOnly,
    consentRequired: data.consentRequired,
    standardFlowEnabled: data.standardFlowEnabled,
    implicitFlowEnabled: data.implicitFlowEnabled,
    directAccessGrantsEnabled: data.directAccessGrantsEnabled,
    serviceAccountsEnabled: data.serviceAccountsEnabled,
    publicClient: data.publicClient,
    frontchannelLogout: other.frontchannelLogout ?? false,
    protocol: other.protocol ?? 'openid-connect',
    attributes: { realm_client: 'false', ...data.attributes },
    authenticationFlowBindingOverrides: other.authenticationFlowBindingOverrides ?? {},
    fullScopeAllowed: data.fullScopeAllowed,
    nodeReRegistrationTimeout: other.nodeReRegistrationTimeout ?? -1,
    protocolMappers: protocolMappers.length === 0 ? undefined : protocolMappers,
    defaultClientScopes: data.defaultClientScopes,
    optionalClientScopes: data.optionalClientScopes,
    access: { view: true, configure: true, manage: true },
  })
}
