import { deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { World, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'
import { githubScopes } from './scopes.ts'

function user(username: string, user_id: string, last_name: string, claims: Record<string, unknown>): WorldUser {
  const first_name = username.charAt(0).toUpperCase() + username.slice(1)
  return { username, user_id, password: 'password', first_name, last_name, email: `${username}@example.com`, claims, apps: [] }
}

/** An OAuth app, a GitHub App, and three users: one with a public address, one with a private one, one whose address is not verified. */
export const githubWorld: World = {
  company: 'example-org',
  apps: [
    {
      app_id: '1000001',
      name: 'Example App',
      description: 'An OAuth app.',
      icon: null,
      scopes: Object.keys(githubScopes),
      redirect_uris: preloadedRedirectUris,
      clients: [
        {
          client_id: 'Ov23liGrantboxWebApp',
          client_secret: '0123456789abcdef0123456789abcdef01234567',
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['authorization_code', deviceCodeType],
        },
      ],
    },
    {
      app_id: '1000002',
      name: 'Example GitHub App',
      description: 'A GitHub App: its scopes are its permissions.',
      icon: null,
      scopes: ['user:email', 'read:org'],
      redirect_uris: preloadedRedirectUris,
      clients: [
        {
          client_id: 'Iv23liGrantboxGitApp',
          client_secret: '89abcdef0123456789abcdef0123456789abcdef',
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['authorization_code', 'refresh_token', deviceCodeType],
        },
      ],
    },
  ],
  users: [
    user('alice', '583231', 'Arnold', {
      email_visibility: 'public',
      company: '@example-org',
      location: 'Springfield',
      orgs: ['example-org', 'other-org'],
      teams: ['example-org/developers'],
    }),
    user('bob', '583232', 'Baker', { orgs: ['example-org'] }),
    user('carol', '583233', 'Carter', { email_verified: false }),
  ],
}
