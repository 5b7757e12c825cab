import { cibaType, deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { NewSandbox, World, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'
import { everyone, groupsIn } from './groups.ts'

const app_id = '0oagrantboxapp000001'
const scopes = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'groups', 'read', 'write']
const post_logout_redirect_uris = [...preloadedRedirectUris, 'http://127.0.0.1/', 'http://localhost/']

function user(username: string, user_id: string, first_name: string, last_name: string): WorldUser {
  return { username, user_id, password: 'Password1!', first_name, last_name, email: `${username}@example.com`, apps: [app_id] }
}

/** One app with a confidential, a single-page and a native client, and two users, of whom alice is a developer. */
export const oktaWorld: World = {
  company: 'Example Company',
  apps: [
    {
      app_id,
      name: 'Example App',
      description: 'The app of the preloaded clients.',
      icon: null,
      scopes,
      redirect_uris: preloadedRedirectUris,
      clients: [
        {
          client_id: '0oagrantboxweb000001',
          client_secret: 'grantbox-okta-web-secret-0123456789abcdef',
          token_endpoint_auth_method: 'client_secret_basic',
          grant_types: ['authorization_code', 'implicit', 'refresh_token', 'client_credentials', 'password', deviceCodeType, cibaType],
          metadata: { post_logout_redirect_uris },
        },
        {
          client_id: '0oagrantboxspa000001',
          client_secret: null,
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'implicit', 'refresh_token'],
          metadata: { post_logout_redirect_uris },
        },
        {
          client_id: '0oagrantboxnative001',
          client_secret: null,
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token', deviceCodeType],
          metadata: { post_logout_redirect_uris },
        },
      ],
    },
  ],
  users: [user('alice', '00ugrantboxalice0001', 'Alice', 'Arnold'), user('bob', '00ugrantboxbob000001', 'Bob', 'Baker')],
}

/** The group of everybody, and that of developers. */
export function seedGroups({ documents, users }: NewSandbox, now: number): void {
  const groups = groupsIn(documents)
  groups.save(everyone, { name: 'Everyone', description: 'All users in your organization', type: 'BUILT_IN', created: now })
  groups.save('00ggrantboxdevelop01', { name: 'Developers', description: null, type: 'OKTA_GROUP', created: now })
  const alice = users.find(({ username }) => username === 'alice')
  if (alice !== undefined) groups.add('00ggrantboxdevelop01', alice)
}
