import type { Api } from '../../oauth/model/api.ts'
import { deviceCodeType, jwtBearerType } from '../../oauth/model/grant-names.ts'
import type { World, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'

/** By which Microsoft's clients poll for a device: a name of its own. */
export const shortDeviceType = 'device_code'

/** What clients may ask for at the token endpoint. */
export const entraGrantTypes: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'password',
  deviceCodeType,
  shortDeviceType,
  jwtBearerType,
]

/** The preloaded clients. */
export const web = { client_id: '6b1f8a3e-52c4-4d0e-9a77-1f2e3d4c5b6a', client_secret: 'Kq48Q~wEb0Secret0Of0The0Sandbox0Not0Real' }
export const spa = { client_id: '0d9c2b71-8e43-4f65-b1a8-7c6d5e4f3a2b' }
export const api = { client_id: 'e4a7d5c3-1b29-4c8f-8d6e-5f4a3b2c1d0e', client_secret: 'Zt38Q~aPi0Secret0Of0The0Sandbox0Not0Real' }

/** The one API that is in every tenant. */
export const graph: Api = {
  identifier: 'https://graph.microsoft.com',
  client_id: '00000003-0000-0000-c000-000000000000',
  name: 'Microsoft Graph',
  token_version: '1',
  scopes: {
    'User.Read': 'Sign you in and read your profile',
    'User.ReadBasic.All': "Read all users' basic profiles",
    'User.Read.All': "Read all users' full profiles",
    'GroupMember.Read.All': 'Read group memberships',
    'Mail.Read': 'Read your mail',
    'Calendars.Read': 'Read your calendars',
    'Files.Read': 'Read your files',
  },
  roles: { 'User.Read.All': "Read all users' full profiles", 'GroupMember.Read.All': 'Read all group memberships' },
}

/** An API of the tenant's own, which is a client as well: it may ask on behalf of its callers. */
const orders: Api = {
  identifier: `api://${api.client_id}`,
  client_id: api.client_id,
  name: 'Orders API',
  token_version: '2',
  scopes: { access_as_user: 'Access Orders as you', 'Orders.Read': 'Read your orders' },
  roles: { 'Orders.Read.All': 'Read all orders', 'Orders.Admin': 'Change all orders' },
}

/** One whose tokens are of the older version. */
const stock: Api = {
  identifier: 'https://stock.contoso.example',
  client_id: 'b7c6d5e4-f3a2-4b1c-9d0e-8f7a6b5c4d3e',
  name: 'Stock API',
  token_version: '1',
  scopes: { user_impersonation: 'Access Stock as you' },
  roles: { 'Stock.Read.All': 'Read all stock' },
}

export const entraApis: readonly Api[] = [graph, orders, stock]

const openid = ['openid', 'profile', 'email', 'offline_access']
const ofOrders = (...names: string[]) => names.map((name) => `${orders.identifier}/${name}`)

const spaUris = ['http://localhost:3000', 'http://localhost:3000/', 'http://localhost/spa']
const nativeUris = ['http://localhost', 'https://login.microsoftonline.com/common/oauth2/nativeclient', `msal${spa.client_id}://auth`]
const typed = (type: string, uris: readonly string[]) => Object.fromEntries(uris.map((uri) => [uri, type]))

/** The group that alice is in, and those that the sandbox knows by name. */
const everyone = '3f2e1d0c-9b8a-4765-8432-10fedcba9876'
export const groups: Readonly<Record<string, string>> = { [everyone]: 'Everyone', '7a6b5c4d-3e2f-4a1b-8c9d-0e1f2a3b4c5d': 'Order desk' }

function user(username: string, user_id: string, first_name: string, last_name: string, more: Partial<WorldUser> = {}): WorldUser {
  return {
    username,
    user_id,
    password: 'Password1!',
    first_name,
    last_name,
    email: `${username}@contoso.onmicrosoft.com`,
    claims: { groups: [everyone] },
    apps: [],
    ...more,
  }
}

/** Three registered applications and two users of one tenant. */
export const entraWorld: World = {
  company: 'Contoso',
  apps: [
    {
      app_id: 'app_entra_web',
      name: 'Contoso Web',
      description: 'A web application with a secret.',
      icon: null,
      scopes: [...openid, 'User.Read', ...ofOrders('access_as_user', 'Orders.Read.All'), 'User.Read.All'],
      redirect_uris: preloadedRedirectUris,
      clients: [
        {
          ...web,
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: [...entraGrantTypes, 'implicit'],
          metadata: {
            response_types: ['code', 'id_token', 'code id_token', 'id_token token', 'token'],
            groupMembershipClaims: 'SecurityGroup',
          },
        },
      ],
    },
    {
      app_id: 'app_entra_spa',
      name: 'Contoso App',
      description: 'A single-page and native application without a secret.',
      icon: null,
      scopes: [...openid, 'User.Read', ...ofOrders('access_as_user')],
      redirect_uris: [...nativeUris, ...preloadedRedirectUris, ...spaUris],
      clients: [
        {
          ...spa,
          client_secret: null,
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token', 'password', deviceCodeType, shortDeviceType],
          metadata: {
            redirect_uri_types: { ...typed('spa', spaUris), ...typed('publicClient', [...nativeUris, ...preloadedRedirectUris]) },
          },
        },
      ],
    },
    {
      app_id: 'app_entra_api',
      name: 'Orders API',
      description: 'An API that calls Graph on behalf of its callers.',
      icon: null,
      scopes: [...openid, 'User.Read'],
      redirect_uris: preloadedRedirectUris,
      clients: [{ ...api, token_endpoint_auth_method: 'client_secret_post', grant_types: entraGrantTypes, metadata: {} }],
    },
  ],
  users: [
    user('alice', 'a1a1a1a1-1111-4a1a-8a1a-a1a1a1a1a1a1', 'Alice', 'Arnold', {
      claims: { groups: Object.keys(groups), roles: ['Orders.Admin'], jobTitle: 'Buyer' },
    }),
    user('bob', 'b2b2b2b2-2222-4b2b-8b2b-b2b2b2b2b2b2', 'Bob', 'Baker'),
  ],
}
