import type { Documents } from '../../../oauth/model/documents.ts'
import type { Settings } from '../../../oauth/model/settings.ts'
import type { OwnSpace } from '../../own-spaces.ts'
import { uuidOf } from '../ids.ts'
import { RealmData } from './data.ts'
import { freshAttributes, freshPolicies } from './fresh-policies.ts'
import { defaultRoleName } from './fresh-realm.ts'
import { type Members, members, text } from './members.ts'
import type { RealmSettings } from './representations.ts'

/** The members of a realm that are settings of ours, so that both say the same. */
const numbers = {
  accessTokenLifespan: 'access_token_ttl',
  ssoSessionIdleTimeout: 'refresh_token_ttl',
  ssoSessionMaxLifespan: 'session_ttl',
  accessCodeLifespan: 'code_ttl',
  oauth2DeviceCodeLifespan: 'device_code_ttl',
  oauth2DevicePollingInterval: 'device_interval',
} as const satisfies Readonly<Record<string, keyof Settings>>

/** Our settings of what a realm's representation says. */
export function settingsFor(said: RealmSettings): Record<string, unknown> {
  const lifetimes = Object.entries(numbers).flatMap(([name, setting]) => (typeof said[name] === 'number' ? [[setting, said[name]]] : []))
  const rotation = typeof said.revokeRefreshToken === 'boolean' ? { rotation: said.revokeRefreshToken ? 'strict' : 'keep' } : {}
  return { ...Object.fromEntries(lifetimes), ...rotation }
}

/** What a realm says that is no setting of ours. */
export function beyondSettings(said: RealmSettings): RealmSettings {
  return Object.fromEntries(Object.entries(said).filter(([name]) => !(name in numbers) && name !== 'revokeRefreshToken'))
}

/** What holds in a realm that says no more: its own values, not those of the sandbox's first realm. */
export const freshSettings = () => settingsFor(fresh)

/** What a new realm says of itself beside what our settings say. */
const fresh: Members = {
  notBefore: 0,
  defaultSignatureAlgorithm: 'RS256',
  revokeRefreshToken: false,
  refreshTokenMaxReuse: 0,
  accessTokenLifespan: 300,
  accessTokenLifespanForImplicitFlow: 900,
  ssoSessionIdleTimeout: 1800,
  ssoSessionMaxLifespan: 36_000,
  ssoSessionIdleTimeoutRememberMe: 0,
  ssoSessionMaxLifespanRememberMe: 0,
  offlineSessionIdleTimeout: 2_592_000,
  offlineSessionMaxLifespanEnabled: false,
  offlineSessionMaxLifespan: 5_184_000,
  clientSessionIdleTimeout: 0,
  clientSessionMaxLifespan: 0,
  clientOfflineSessionIdleTimeout: 0,
  clientOfflineSessionMaxLifespan: 0,
  accessCodeLifespan: 60,
  accessCodeLifespanUserAction: 300,
  accessCodeLifespanLogin: 1800,
  actionTokenGeneratedByAdminLifespan: 43_200,
  actionTokenGeneratedByUserLifespan: 300,
  oauth2DeviceCodeLifespan: 600,
  oauth2DevicePollingInterval: 5,
  enabled: false,
  sslRequired: 'external',
  registrationAllowed: false,
  registrationEmailAsUsername: false,
  rememberMe: false,
  verifyEmail: false,
  loginWithEmailAllowed: true,
  duplicateEmailsAllowed: false,
  resetPasswordAllowed: false,
  editUsernameAllowed: false,
  bruteForceProtected: false,
  permanentLockout: false,
  maxTemporaryLockouts: 0,
  bruteForceStrategy: 'MULTIPLE',
  maxFailureWaitSeconds: 900,
  minimumQuickLoginWaitSeconds: 60,
  waitIncrementSeconds: 60,
  quickLoginCheckMilliSeconds: 1000,
  maxDeltaTimeSeconds: 43_200,
  failureFactor: 30,
  maxSecondaryAuthFailures: 0,
  // Here it stands; what it is, follows from the realm.
  defaultRole: undefined,
  requiredCredentials: ['password'],
  ...freshPolicies,
  smtpServer: {},
  eventsEnabled: false,
  eventsListeners: ['jboss-logging'],
  enabledEventTypes: [],
  adminEventsEnabled: false,
  adminEventsDetailsEnabled: false,
  internationalizationEnabled: false,
  browserFlow: 'browser',
  registrationFlow: 'registration',
  directGrantFlow: 'direct grant',
  resetCredentialsFlow: 'reset credentials',
  clientAuthenticationFlow: 'clients',
  dockerAuthenticationFlow: 'docker auth',
  firstBrokerLoginFlow: 'first broker login',
  attributes: {},
  userManagedAccessAllowed: false,
  organizationsEnabled: false,
  verifiableCredentialsEnabled: false,
  adminPermissionsEnabled: false,
  scimApiEnabled: false,
  clientProfiles: { profiles: [] },
  clientPolicies: { policies: [] },
}

/** What pages call a realm; its name when undefined. */
export const titleOf = (documents: Documents) => text(new RealmData('', documents).settings.displayName) || undefined

/** The id of a realm. */
export function realmId({ name, settings }: RealmData): string {
  return typeof settings.id === 'string' ? settings.id : uuidOf(name, 'realm')
}

/** A realm's representation. @param brief its id and names alone */
export function shownRealm({ space, documents, settings }: Pick<OwnSpace, 'space' | 'documents' | 'settings'>, brief = false): Members {
  const realm = new RealmData(space, documents)
  const { displayName, displayNameHtml, id: _, realm: __, users: ___, eventsSince: ____, requiredActions: _____, ...said } = realm.settings
  const id = realmId(realm)
  const names = { ...(displayName === undefined ? {} : { displayName }), ...(displayNameHtml === undefined ? {} : { displayNameHtml }) }
  if (brief) return { id, realm: space, ...names, enabled: said.enabled ?? false }
  const ours = Object.fromEntries(Object.entries(numbers).map(([name, setting]) => [name, settings[setting]]))
  const { defaultRole } = realm
  const role = {
    id: defaultRole?.id,
    name: defaultRoleName(space),
    description: `\${role_default-roles}`,
    composite: true,
    clientRole: false,
    containerId: id,
  }
  const rotation = { revokeRefreshToken: settings.rotation !== 'keep' }
  const all = { ...fresh, ...ours, ...rotation, ...said }
  return { id, realm: space, ...names, ...all, defaultRole: role, attributes: { ...freshAttributes(all), ...members(said.attributes) } }
}
