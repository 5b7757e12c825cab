import { cibaType, deviceCodeType, jwtBearerType, tokenExchangeType } from '../../oauth/model/grant-names.ts'
import { responseTypes } from '../../oauth/realm/response-type.ts'
import type { Provider } from '../provider.ts'
import { standard } from '../standard/standard.ts'
import { account } from './account.ts'
import { keycloakAccountPages } from './account-pages.ts'
import { adminRoutes } from './admin/routes.ts'
import { authorization } from './authorization.ts'
import { backchannelRequest, keycloakCiba } from './backchannel.ts'
import { brokerRoutes } from './broker.ts'
import { keycloakCallback } from './callback.ts'
import { admits, asks_consent, checks, opens, prompt } from './client-rules.ts'
import { keycloakCode } from './code.ts'
import { keycloakCollection } from './collection.ts'
import { keycloakCors, mayRead } from './cors.ts'
import { deviceAuthorization, keycloakDevice } from './device.ts'
import { keycloakDiscovery, umaDiscovery } from './discovery.ts'
import { elsewhere } from './elsewhere.ts'
import { keycloakError } from './errors.ts'
import { keycloakExchange } from './exchange.ts'
import { healthRoutes } from './health.ts'
import { newSecret, newSessionId, newUuid } from './ids.ts'
import { introspects } from './introspection.ts'
import { keycloakKeys, keycloakKid } from './keys.ts'
import { stale } from './not-before.ts'
import { keycloakPages, keycloakTexts } from './pages.ts'
import { keycloakPassword } from './password.ts'
import { RealmData } from './realm/data.ts'
import { demoRealm, master } from './realm/demo.ts'
import { titleOf } from './realm/settings.ts'
import { fillData, worldOf } from './realm/world.ts'
import { realmImport } from './realm-import.ts'
import { realmInfo } from './realm-info.ts'
import { keycloakRedirects } from './redirects.ts'
import { keycloakRefresh } from './refresh.ts'
import { keycloakScope } from './scope.ts'
import { sessionPages } from './session-pages.ts'
import { keycloakLogout, keycloakSignOut, revocable } from './sessions.ts'
import { keycloakSteps } from './sign-in-steps.ts'
import { keycloakTokens } from './tokens/profile.ts'
import { umaTicket, umaTicketType } from './uma-ticket.ts'

const realm = '/realms/{realm}'
const grants = new Map(
  [keycloakCode, keycloakCiba, keycloakDevice, keycloakExchange, keycloakPassword, keycloakRefresh, umaTicket].map((grant) => [
    grant.grant_type,
    grant,
  ]),
)
const oidc = `${realm}/protocol/openid-connect`

/** Keycloak 26: realms with users, clients, roles and keys of their own. */
export const keycloak: Provider = {
  ...standard,
  id: 'keycloak',
  name: 'Keycloak',
  hosts: [],
  issuer_path: realm,
  spaces: { realm: { default: 'demo' } },
  own_spaces: {
    part: 'realm',
    preloaded: { [master.realm]: worldOf(master) },
    title: titleOf,
    remembers: (documents) => new RealmData('', documents).settings.rememberMe === true,
  },
  paths: {
    authorize: `${oidc}/auth`,
    token: `${oidc}/token`,
    userinfo: `${oidc}/userinfo`,
    jwks: `${oidc}/certs`,
    introspection: `${oidc}/token/introspect`,
    revocation: `${oidc}/revoke`,
    par: `${oidc}/ext/par/request`,
    end_session: `${oidc}/logout`,
    device_authorization: `${oidc}/auth/device`,
    device: `${realm}/device`,
    registration: `${realm}/clients-registrations/openid-connect`,
    backchannel_authentication: `${oidc}/ext/ciba/auth`,
    discovery: ['openid-configuration', 'oauth-authorization-server'],
  },
  grant_types: [
    ...['authorization_code', 'client_credentials', 'password', 'refresh_token'],
    ...[deviceCodeType, jwtBearerType, tokenExchangeType, cibaType, umaTicketType],
  ],
  client_documents: false,
  response_types: responseTypes,
  response_modes: ['query', 'fragment', 'form_post', 'query.jwt', 'fragment.jwt', 'form_post.jwt'],
  requests: {
    grant_type_first: true,
    client_before_repeats: true,
    pkce_optional: true,
    scope: keycloakScope,
    logout: keycloakLogout,
    device: deviceAuthorization,
    backchannel: backchannelRequest,
    names_by_address: (documents) => new RealmData('', documents).settings.loginWithEmailAllowed !== false,
    slower: 0,
    opens,
    admits,
    checks,
    asks_consent,
    prompt,
    authorization,
    grants,
    stale,
    introspects,
    revocable,
    one_token: true,
    form_over_header: true,
    public_with_secret: true,
    reads: ['token_type_hint', 'code_challenge', 'code_challenge_method'],
  },
  redirects: keycloakRedirects,
  settings: {
    access_token_ttl: 300,
    refresh_token_ttl: 1800,
    id_token_ttl: 300,
    session_ttl: 36_000,
    backchannel_ttl: 120,
    rotation: 'keep',
    signing_alg: 'RS256',
    x5c: true,
    acr_values: ['0', '1'],
    auto_consent: true,
    json_token_requests: false,
  },
  scopes: demoRealm.scopes
    .filter(({ protocol }) => protocol === 'openid-connect')
    .map(({ name, description = '' }) => ({ name, description })),
  ids: { client_id: newUuid, client_secret: newSecret, app_id: newUuid, user_id: newUuid, session_id: newSessionId },
  tokens: keycloakTokens,
  signing_algs: ['RS256'],
  kid: keycloakKid,
  keys: keycloakKeys,
  texts: keycloakTexts,
  sign_in: keycloakPages,
  steps: keycloakSteps,
  account_pages: keycloakAccountPages,
  json_answers: 'application/json',
  json_headers: {
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'x-robots-tag': 'none',
  },
  cache_control: {
    introspection: 'no-cache',
    revocation: '',
    backchannel_authentication: 'no-cache',
    device_authorization: 'no-store, must-revalidate, max-age=0',
    jwks: 'no-cache',
    discovery: 'no-cache, must-revalidate, no-transform, no-store',
  },
  sign_out: keycloakSignOut,
  imports: realmImport,
  cors_headers: keycloakCors,
  cors: mayRead,
  errorReply: (error, endpoint, _settings, situation) => keycloakError(error, endpoint, situation),
  callbackWording: keycloakCallback,
  discovery: keycloakDiscovery,
  routes: [umaDiscovery, realmInfo, account, ...elsewhere, ...sessionPages, ...brokerRoutes, ...healthRoutes, ...adminRoutes],
  world: worldOf(demoRealm),
  seed({ space, documents, apps, users }, now) {
    fillData(space === master.realm ? master : demoRealm, documents, { apps, users }, now)
  },
  collection: keycloakCollection,
}
