import type { NewSandbox, World, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'
import { everything, guildsIn } from './guilds.ts'
import { discordScopes } from './scopes.ts'

const scopes = Object.keys(discordScopes)
const created_at = Date.UTC(2024, 0, 15, 10)
const [alice, bob] = ['175928847299117063', '175928847299117064'] as const

function user(username: string, first_name: string, last_name: string, user_id: string, claims: WorldUser['claims'] = {}): WorldUser {
  const email = `${username}@example.com`
  return { username, user_id, password: 'password', first_name, last_name, email, apps: [], created_at, claims }
}

/** An app with a bot, one without a secret, and two users, of whom bob has no picture. */
export const discordWorld: World = {
  company: 'Discord',
  apps: [
    {
      app_id: '157730590492196864',
      name: 'Example App',
      description: 'An app with a bot, which alice owns.',
      icon: null,
      scopes,
      redirect_uris: preloadedRedirectUris,
      clients: [
        {
          client_id: '157730590492196864',
          client_secret: 'Q3vX8sLk-1TfKeYw0RbGmu5HcPdJ7o_A',
          token_endpoint_auth_method: 'client_secret_basic',
          grant_types: ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'],
          metadata: { owner: 'alice' },
        },
      ],
    },
    {
      app_id: '157730590492196865',
      name: 'Example Game',
      description: 'A public client, with PKCE.',
      icon: null,
      scopes,
      redirect_uris: preloadedRedirectUris,
      clients: [
        {
          client_id: '157730590492196865',
          client_secret: null,
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'implicit', 'refresh_token'],
        },
      ],
    },
  ],
  users: [user('alice', 'Alice', 'Arnold', alice), user('bob', 'Bob', 'Baker', bob, { avatar: null })],
}

/** Three servers: alice owns one, where bob is as well, and bob the others. */
export function seedGuilds({ documents, users }: NewSandbox): void {
  const guilds = guildsIn(documents)
  const [example, second, third] = ['197038439483310086', '197038439483310087', '197038439483310088'] as const
  guilds.save({ id: example, name: 'Example Server', owner_id: alice })
  guilds.save({ id: second, name: 'Second Server', owner_id: bob })
  guilds.save({ id: third, name: 'Third Server', owner_id: bob })
  const joined_at = new Date(created_at).toISOString().replace('Z', '000+00:00')
  for (const [guild_id, user_id, permissions] of [
    [example, alice, everything],
    [example, bob, '104324673'],
    [second, bob, everything],
    [third, bob, everything],
  ] as const) {
    const found = users.find((one) => one.user_id === user_id)
    if (found !== undefined) guilds.join({ guild_id, nick: null, roles: [], joined_at, permissions }, found)
  }
}
