import { preloadedRedirectUris } from '../../redirect-uris.ts'
import { readRealm } from './read-realm.ts'

const redirectUris = [...['http://localhost/*', 'http://127.0.0.1/*'], ...preloadedRedirectUris.filter((uri) => uri.startsWith('https:'))]
const device = { 'oauth2.device.authorization.grant.enabled': 'true' }
const signOut = { 'post.logout.redirect.uris': '+' }

function user(number: number, username: string, firstName: string, lastName: string, more: Record<string, unknown>) {
  return {
    id: `5b1d7c3a-0e92-4f68-8d47-a1c3e5f7b90${number}`,
    username,
    enabled: true,
    email: `${username}@example.com`,
    emailVerified: true,
    firstName,
    lastName,
    credentials: [{ type: 'password', value: 'password' }],
    ...more,
  }
}

/** The preloaded realm. */
export const demoRealm = readRealm({
  id: '7d3b9a52-3f0e-4c1d-9a64-5e2f8b7c1a10',
  realm: 'demo',
  enabled: true,
  roles: {
    realm: [{ name: 'manager', description: 'Manages the shop.' }],
    client: { 'demo-web': [{ name: 'reader', description: 'Reads orders.' }] },
  },
  groups: [{ id: '9e0c4b7f-6d21-4a58-b3f9-2c8d1e5a7f01', name: 'staff', path: '/staff' }],
  clients: [
    {
      id: '2c9f6d1e-8a47-4b35-b0d2-6f1e3a5c7b01',
      clientId: 'demo-web',
      name: 'Demo web app',
      publicClient: false,
      secret: 'Vq3xT8mZkR1cYw6NfJ0sLb5GhD9pUa2E',
      redirectUris,
      webOrigins: ['+'],
      standardFlowEnabled: true,
      implicitFlowEnabled: true,
      directAccessGrantsEnabled: true,
      serviceAccountsEnabled: true,
      attributes: { ...signOut, ...device, 'oidc.ciba.grant.enabled': 'true', 'standard.token.exchange.enabled': 'true' },
    },
    {
      id: '2c9f6d1e-8a47-4b35-b0d2-6f1e3a5c7b02',
      clientId: 'demo-spa',
      name: 'Demo single-page app',
      publicClient: true,
      redirectUris,
      webOrigins: ['*'],
      standardFlowEnabled: true,
      directAccessGrantsEnabled: true,
      attributes: { ...signOut, 'pkce.code.challenge.method': 'S256', ...device },
    },
  ],
  users: [
    user(1, 'alice', 'Alice', 'Arnold', {
      realmRoles: ['default-roles-demo', 'manager'],
      clientRoles: { 'demo-web': ['reader'] },
      groups: ['/staff'],
    }),
    user(2, 'bob', 'Bob', 'Baker', { realmRoles: ['default-roles-demo'] }),
  ],
})

/** The realm of those who administer the others. */
export const master = readRealm({
  id: 'c7bf57ff-8f84-4706-af1d-0c4d8240b1c1',
  realm: 'master',
  displayName: 'Keycloak',
  enabled: true,
  accessTokenLifespan: 60,
  users: [
    {
      id: '39e40895-be87-455d-a347-b30245835a17',
      username: process.env.KC_BOOTSTRAP_ADMIN_USERNAME ?? process.env.KEYCLOAK_ADMIN ?? 'admin',
      enabled: true,
      attributes: { is_temporary_admin: ['true'] },
      credentials: [{ type: 'password', value: process.env.KC_BOOTSTRAP_ADMIN_PASSWORD ?? process.env.KEYCLOAK_ADMIN_PASSWORD ?? 'admin' }],
      realmRoles: ['default-roles-master', 'admin'],
    },
  ],
})
