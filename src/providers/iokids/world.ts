import type { NewSandbox, World, WorldUser } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'
import { standardGrantTypes } from '../standard/world.ts'

/** The world of the vendor's guide: Find Fluffy's app, brandon ramos with his two friends, and a kid for each of them. */
export const iokidsWorld: World = {
  company: 'Find Fluffy, LLC',
  apps: [
    {
      app_id: 'app_findfluffy000000',
      name: 'FindFluffy',
      description: 'A fun app for kids. Find fluffy in scenes of things kids may see on vacation.',
      icon: 'duck',
      scopes: ['profile', 'kids', 'friends', 'messages', 'appdata', 'images', 'search'],
      redirect_uris: preloadedRedirectUris,
      clients: [
        {
          client_id: 'iok-cid-findfluffy',
          client_secret: 'iok-cse-findfluffy',
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: standardGrantTypes,
        },
      ],
    },
  ],
  users: [
    parent('beautifulmeercat246', 'usr_beautifulmeercat', 'brandon', 'ramos', 38, ['organicladybug833', 'redbutterfly267']),
    parent('organicladybug833', 'usr_organicladybug83', 'marta', 'olsen', 41),
    parent('redbutterfly267', 'usr_redbutterfly2670', 'derek', 'hughes', 35),
    kid('tinyotter512', 'usr_tinyotter5120000', 'lily', 'ramos', 8, 'beautifulmeercat246'),
    kid('happypenguin374', 'usr_happypenguin3740', 'jonas', 'olsen', 11, 'organicladybug833'),
    kid('silverkoala189', 'usr_silverkoala18900', 'emma', 'hughes', 6, 'redbutterfly267'),
  ],
}

/** From whom, to whom, and at which hours of the next day they were sent and acknowledged. */
const messages = [
  ['msg_marta00000000001', 'organicladybug833', 'beautifulmeercat246', 'Did you find Fluffy at the beach?', 15, 16],
  ['msg_brandon000000001', 'beautifulmeercat246', 'organicladybug833', 'Yes, behind the lighthouse!', 16, 17],
  ['msg_lily000000000001', 'tinyotter512', 'beautifulmeercat246', 'Look, I found Fluffy on the boat!', 18, undefined],
  ['msg_derek00000000001', 'redbutterfly267', 'beautifulmeercat246', 'Shall the kids play the harbour scene tomorrow?', 20, undefined],
] as const

/** What the users of that world wrote to one another; in a world of others there is nothing. */
export function seedMessages({ social, apps: [app], users }: NewSandbox): void {
  const at = (hour: number) => Date.UTC(2018, 0, 3, hour)
  for (const [message_id, sender, receiver, text, sent, acknowledged] of messages) {
    const [from, to] = [sender, receiver].map((name) => users.find(({ username }) => username === name))
    if (app === undefined || from === undefined || to === undefined) continue
    const acknowledged_at = acknowledged === undefined ? null : at(acknowledged)
    social.messages.put({ app, message_id, from, to, text, image_id: null, data: {}, sent_at: at(sent), acknowledged_at })
  }
}

function parent(username: string, user_id: string, first_name: string, last_name: string, age: number, friends: string[] = []): WorldUser {
  const email = `${first_name}.${last_name}@example.com`
  const created_at = Date.UTC(2018, 0, 2, 14, 34)
  return { username, user_id, first_name, last_name, email, type: 'parent', age, created_at, apps: ['app_findfluffy000000'], friends }
}

function kid(username: string, user_id: string, first_name: string, last_name: string, age: number, parent_name: string): WorldUser {
  const created_at = Date.UTC(2018, 0, 2, 14, 40)
  return { ...parent(username, user_id, first_name, last_name, age), type: 'kid', created_at, parents: [parent_name] }
}
