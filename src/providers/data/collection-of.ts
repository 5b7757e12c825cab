import { onTheWire } from '../../oauth/realm/unread.ts'
import { type CollectionRequest, type RequestCollection, usualVariables } from '../collection.ts'
import type { Provider } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'

/** The requests to try a provider with that has no collection of its own: its sign-in and its grant types. */
export function collectionOf(provider: Provider): RequestCollection {
  const { name, grant_types, scopes, world, requests, paths } = provider
  const [user] = world.users
  const scope = scopes.map((one) => one.name).join(' ')
  const inBody = requests?.secret_in === 'body'
  const request = (title: string, form: Record<string, string>): CollectionRequest => ({
    name: title,
    method: 'POST',
    path: paths.token,
    auth: inBody ? 'none' : 'basic',
    form: onTheWire(inBody ? { ...form, client_id: '{{clientId}}', client_secret: '{{clientSecret}}' } : form, { requests }),
    expects: { status: 200 },
    saves: { accessToken: 'access_token', refreshToken: 'refresh_token' },
  })
  const requestsOf: Readonly<Record<string, CollectionRequest>> = {
    password: request('Password', { grant_type: 'password', username: user?.username ?? '', password: user?.password ?? world.company }),
    refresh_token: request('Refresh', { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' }),
    client_credentials: request('Client credentials', { grant_type: 'client_credentials' }),
  }
  return {
    name,
    signIn: {
      tokenName: name,
      authorizePath: paths.authorize,
      tokenPath: paths.token,
      callback: preloadedRedirectUris[0] ?? '',
      scope,
      state: 'secret-session-state',
      clientAuthentication: inBody ? 'body' : 'header',
    },
    variables: usualVariables,
    folders: [
      { name: 'Tokens', requests: Object.entries(requestsOf).flatMap(([type, one]) => (grant_types.includes(type) ? [one] : [])) },
      ...(paths.userinfo === undefined
        ? []
        : [{ name: 'User', requests: [{ name: 'Userinfo', method: 'GET', path: paths.userinfo, auth: 'bearer' } as const] }]),
    ],
  }
}
