import { uuidOf } from '../ids.ts'
import type { ClientScope, Mapper } from './representations.ts'

type Config = Readonly<Record<string, string>>

const access = { 'introspection.token.claim': 'true', 'access.token.claim': 'true' }
const accessAndId = { ...access, 'id.token.claim': 'true' }
const everywhere = { ...accessAndId, 'userinfo.token.claim': 'true' }

/** What is the same for a claim of the user: where it stands, and what it is of. */
function claim(name: string, of: string, type = 'String', places: Config = everywhere): Config {
  return { ...places, 'user.attribute': of, 'claim.name': name, 'jsonType.label': type }
}

const attribute = (name: string, claimName: string, of: string, type?: string) =>
  [name, 'oidc-usermodel-attribute-mapper', claim(claimName, of, type)] as const
const note = (name: string, of: string, type = 'String') => {
  const { 'user.attribute': _, ...config } = claim(of === 'AUTH_TIME' ? 'auth_time' : of, of, type, accessAndId)
  return [name, 'oidc-usersessionmodel-note-mapper', { ...config, 'user.session.note': of }] as const
}
const roles = (name: string, kind: 'realm' | 'client', claimName: string, places: Config = access) =>
  [name, `oidc-usermodel-${kind}-role-mapper`, { ...claim(claimName, 'foo', 'String', places), multivalued: 'true' }] as const

interface Fresh {
  description: string
  /** Whether it stands in the scope of answers and tokens. */
  told?: boolean | undefined
  /** What the text of the consent page is called; empty for one that stands there no more. */
  consent?: string | undefined
  mappers?: readonly (readonly [name: string, type: string, config: Config])[]
  protocol?: 'saml'
  /** Without attributes. */
  plain?: true
}

const address = Object.fromEntries(
  ['street', 'locality', 'region', 'postal_code', 'country', 'formatted'].map((part) => [`user.attribute.${part}`, part]),
)

const organizations = { ...accessAndId, 'claim.name': 'organization', 'jsonType.label': 'String', multivalued: 'true' }

const fresh: Readonly<Record<string, Fresh>> = {
  role_list: {
    description: 'SAML role list',
    protocol: 'saml',
    consent: 'samlRoleList',
    mappers: [['role list', 'saml-role-list-mapper', { single: 'false', 'attribute.nameformat': 'Basic', 'attribute.name': 'Role' }]],
  },
  saml_organization: {
    description: 'Organization Membership',
    protocol: 'saml',
    mappers: [['organization', 'saml-organization-membership-mapper', {}]],
  },
  AuthnContextClassRef: {
    description: 'AuthnContextClassRef Level of Authentiation',
    protocol: 'saml',
    plain: true,
    mappers: [['AuthnContextClassRef', 'saml-authn-context-class-ref-mapper', {}]],
  },
  profile: {
    description: 'OpenID Connect built-in scope: profile',
    told: true,
    consent: 'profile',
    mappers: [
      ['full name', 'oidc-full-name-mapper', everywhere],
      attribute('family name', 'family_name', 'lastName'),
      attribute('given name', 'given_name', 'firstName'),
      attribute('middle name', 'middle_name', 'middleName'),
      attribute('nickname', 'nickname', 'nickname'),
      attribute('username', 'preferred_username', 'username'),
      attribute('profile', 'profile', 'profile'),
      attribute('picture', 'picture', 'picture'),
      attribute('website', 'website', 'website'),
      attribute('gender', 'gender', 'gender'),
      attribute('birthdate', 'birthdate', 'birthdate'),
      attribute('zoneinfo', 'zoneinfo', 'zoneinfo'),
      attribute('locale', 'locale', 'locale'),
      attribute('updated at', 'updated_at', 'updatedAt', 'long'),
    ],
  },
  email: {
    description: 'OpenID Connect built-in scope: email',
    told: true,
    consent: 'email',
    mappers: [
      attribute('email', 'email', 'email'),
      ['email verified', 'oidc-usermodel-property-mapper', claim('email_verified', 'emailVerified', 'boolean')],
    ],
  },
  roles: {
    description: 'OpenID Connect scope for add user roles to the access token',
    told: false,
    consent: 'roles',
    mappers: [
      roles('realm roles', 'realm', 'realm_access.roles'),
      roles('client roles', 'client', `resource_access.\${client_id}.roles`),
      ['audience resolve', 'oidc-audience-resolve-mapper', access],
    ],
  },
  'web-origins': {
    description: 'OpenID Connect scope for add allowed web origins to the access token',
    told: false,
    consent: '',
    mappers: [['allowed web origins', 'oidc-allowed-origins-mapper', access]],
  },
  acr: {
    description: 'OpenID Connect scope for add acr (authentication context class reference) to the token',
    told: false,
    mappers: [['acr loa level', 'oidc-acr-mapper', accessAndId]],
  },
  basic: {
    description: 'OpenID Connect scope for add all basic claims to the token',
    told: false,
    mappers: [note('auth_time', 'AUTH_TIME', 'long'), ['sub', 'oidc-sub-mapper', access]],
  },
  offline_access: { description: 'OpenID Connect built-in scope: offline_access', consent: 'offlineAccess' },
  address: {
    description: 'OpenID Connect built-in scope: address',
    told: true,
    consent: 'address',
    mappers: [['address', 'oidc-address-mapper', { ...everywhere, ...address }]],
  },
  phone: {
    description: 'OpenID Connect built-in scope: phone',
    told: true,
    consent: 'phone',
    mappers: [
      attribute('phone number', 'phone_number', 'phoneNumber'),
      attribute('phone number verified', 'phone_number_verified', 'phoneNumberVerified', 'boolean'),
    ],
  },
  'microprofile-jwt': {
    description: 'Microprofile - JWT built-in scope',
    told: true,
    mappers: [attribute('upn', 'upn', 'username'), roles('groups', 'realm', 'groups', accessAndId)],
  },
  organization: {
    description: 'Additional claims about the organization a subject belongs to',
    told: true,
    consent: 'organization',
    mappers: [['organization', 'oidc-organization-membership-mapper', organizations]],
  },
  service_account: {
    description: 'Specific scope for a client enabled for service accounts',
    told: false,
    mappers: [note('Client ID', 'client_id'), note('Client Host', 'clientHost'), note('Client IP Address', 'clientAddress')],
  },
}

/** What a new client has without asking, and on request. */
export const freshDefaultScopes: readonly string[] = ['web-origins', 'acr', 'profile', 'roles', 'basic', 'email']
export const freshOptionalScopes: readonly string[] = ['address', 'phone', 'organization', 'offline_access', 'microprofile-jwt']

/** The scope that comes with a service account. */
export const serviceAccountScope = 'service_account'

function shownAttributes(told: boolean | undefined, consent: string | undefined): Record<string, string> {
  return {
    ...(told === undefined ? {} : { 'include.in.token.scope': String(told) }),
    'display.on.consent.screen': String(!!consent),
    ...(consent === undefined ? {} : { 'consent.screen.text': consent === '' ? '' : `\${${consent}ScopeConsentText}` }),
  }
}

/** The client scopes of a new realm. */
export function freshScopes(realm: string): ClientScope[] {
  return Object.entries(fresh).map(([name, { description, told, consent, mappers = [], protocol = 'openid-connect', plain }]) => ({
    id: uuidOf(realm, 'scope', name),
    name,
    description,
    protocol,
    attributes: plain ? {} : shownAttributes(told, consent),
    protocolMappers: mappers.map(
      ([mapper, protocolMapper, config]): Mapper => ({
        id: uuidOf(realm, 'scope', name, mapper),
        name: mapper,
        protocol,
        protocolMapper,
        consentRequired: false,
        config,
      }),
    ),
  }))
}
