import { deviceCodeType, jwtBearerType } from '../../oauth/model/grant-names.ts'
import type { World, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'
import { googleScopes } from './scopes.ts'

const scopes = Object.keys(googleScopes)
const project = '123456789012'
const ending = 'apps.googleusercontent.com'

function user(username: string, user_id: string, first_name: string, last_name: string, claims: WorldUser['claims'] = {}): WorldUser {
  return { username, user_id, password: 'password', first_name, last_name, email: `${username}@example.com`, claims, apps: [] }
}

/** A project with an app of each kind that the vendor's console makes, and a service account; of the users, bob is one of a Workspace. */
export const googleWorld: World = {
  company: 'Example Project',
  apps: [
    {
      app_id: 'app_google_web',
      name: 'Example App',
      description: 'A web application.',
      icon: null,
      scopes,
      redirect_uris: preloadedRedirectUris,
      clients: [
        {
          client_id: `${project}-webgrantboxexample0123456789abcd.${ending}`,
          client_secret: 'GOCSPX-grantbox-web-example-secret',
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['authorization_code', 'implicit', 'refresh_token'],
          metadata: { application_type: 'web' },
        },
      ],
    },
    {
      app_id: 'app_google_desktop',
      name: 'Example Desktop App',
      description: 'A desktop app, called back on this machine at whatever port and path.',
      icon: null,
      scopes,
      redirect_uris: ['http://localhost', 'http://127.0.0.1', 'http://[::1]'],
      clients: [
        {
          client_id: `${project}-desktopgrantboxexample0123456789.${ending}`,
          client_secret: 'GOCSPX-grantbox-app-example-secret',
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['authorization_code', 'refresh_token'],
          metadata: { application_type: 'native' },
        },
      ],
    },
    {
      app_id: 'app_google_device',
      name: 'Example TV App',
      description: 'For TVs and limited-input devices.',
      icon: null,
      scopes,
      redirect_uris: [],
      clients: [
        {
          client_id: `${project}-tvgrantboxexample0123456789abcde.${ending}`,
          client_secret: 'GOCSPX-grantbox-tv0-example-secret',
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: [deviceCodeType, 'refresh_token'],
        },
      ],
    },
    {
      app_id: 'app_google_ios',
      name: 'Example Mobile App',
      description: 'A mobile app, without a secret.',
      icon: null,
      scopes,
      redirect_uris: [`com.googleusercontent.apps.${project}-iosgrantboxexample0123456789abcd:/oauth2redirect`],
      clients: [
        {
          client_id: `${project}-iosgrantboxexample0123456789abcd.${ending}`,
          client_secret: null,
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'],
          metadata: { application_type: 'native' },
        },
      ],
    },
    {
      app_id: 'app_google_robot',
      name: 'Example Service Account',
      description: 'A program by itself, with a key file.',
      icon: null,
      scopes,
      redirect_uris: [],
      clients: [
        {
          client_id: 'robot@grantbox-example.iam.gserviceaccount.com',
          client_secret: null,
          token_endpoint_auth_method: 'none',
          grant_types: [jwtBearerType],
        },
      ],
    },
  ],
  users: [
    user('alice', '110169484474386276334', 'Alice', 'Arnold'),
    user('bob', '105412345678901234567', 'Bob', 'Baker', { hd: 'example.com' }),
  ],
}
