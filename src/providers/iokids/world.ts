import { cibaType, deviceCodeType, jwtBearerType, tokenExchangeType } from '../../oauth/model/grant-names.ts'
import type { World, WorldMessage } from '../provider.ts'
import { preloadedRedirectUris } from '../redirect-uris.ts'

/** All that the core knows: the vendor forbids none. */
export const iokidsGrantTypes: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'password',
  deviceCodeType,
  cibaType,
  jwtBearerType,
  tokenExchangeType,
]

/** The world of the vendor's guide: Find Fluffy's app, brandon ramos with his two friends, a kid for each of them, and what they wrote. */
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
          grant_types: iokidsGrantTypes,
        },
      ],
    },
  ],
  users: [
    {
      username: 'beautifulmeercat246',
      user_id: 'usr_beautifulmeercat',
      first_name: 'brandon',
      last_name: 'ramos',
      email: 'brandon.ramos@example.com',
      type: 'parent',
      age: 38,
      created_at: Date.UTC(2018, 0, 2, 14, 34),
      apps: ['app_findfluffy000000'],
      friends: ['organicladybug833', 'redbutterfly267'],
    },
    {
      username: 'organicladybug833',
      user_id: 'usr_organicladybug83',
      first_name: 'marta',
      last_name: 'olsen',
      email: 'marta.olsen@example.com',
      type: 'parent',
      age: 41,
      created_at: Date.UTC(2018, 0, 2, 14, 34),
      apps: ['app_findfluffy000000'],
    },
    {
      username: 'redbutterfly267',
      user_id: 'usr_redbutterfly2670',
      first_name: 'derek',
      last_name: 'hughes',
      email: 'derek.hughes@example.com',
      type: 'parent',
      age: 35,
      created_at: Date.UTC(2018, 0, 2, 14, 34),
      apps: ['app_findfluffy000000'],
    },
    kid('tinyotter512', 'usr_tinyotter5120000', 'lily', 'ramos', 8, 'beautifulmeercat246'),
    kid('happypenguin374', 'usr_happypenguin3740', 'jonas', 'olsen', 11, 'organicladybug833'),
    kid('silverkoala189', 'usr_silverkoala18900', 'emma', 'hughes', 6, 'redbutterfly267'),
  ],
  messages: [
    message('msg_marta00000000001', 'organicladybug833', 'beautifulmeercat246', 'Did you find Fluffy at the beach?', 15, 16),
    message('msg_brandon000000001', 'beautifulmeercat246', 'organicladybug833', 'Yes, behind the lighthouse!', 16, 17),
    message('msg_lily000000000001', 'tinyotter512', 'beautifulmeercat246', 'Look, I found Fluffy on the boat!', 18),
    message('msg_derek00000000001', 'redbutterfly267', 'beautifulmeercat246', 'Shall the kids play the harbour scene tomorrow?', 20),
  ],
}

/** A message of the day after the users were created; one without the hour when it was acknowledged has not been. */
function message(message_id: string, from: string, to: string, text: string, hour: number, acknowledged?: number): WorldMessage {
  return {
    app_id: 'app_findfluffy000000',
    message_id,
    from,
    to,
    text,
    sent_at: Date.UTC(2018, 0, 3, hour),
    acknowledged_at: acknowledged === undefined ? null : Date.UTC(2018, 0, 3, acknowledged),
  }
}

function kid(
  username: string,
  user_id: string,
  first_name: string,
  last_name: string,
  age: number,
  parent: string,
): World['users'][number] {
  return {
    username,
    user_id,
    first_name,
    last_name,
    email: `${first_name}.${last_name}@example.com`,
    type: 'kid',
    age,
    created_at: Date.UTC(2018, 0, 2, 14, 40),
    apps: ['app_findfluffy000000'],
    parents: [parent],
  }
}
