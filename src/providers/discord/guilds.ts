import type { Documents } from '../../oauth/model/documents.ts'
import type { Grant, User } from '../../oauth/model/records.ts'
import { snowflakeOf } from './ids.ts'

/** A server, as the vendor calls it in its API. */
export interface Guild {
  id: string
  name: string
  /** The id of its owner. */
  owner_id: string
}

/** What a member is there. */
export interface Member {
  guild_id: string
  nick: string | null
  roles: readonly string[]
  /** ISO 8601. */
  joined_at: string
  permissions: string
}

/** All that an owner may do. */
export const everything = '2251799813685247'

/** A sandbox's guilds and who is in them. */
export function guildsIn(documents: Documents) {
  const guilds = documents.kind<Guild>('discord_guild')
  const members = documents.kind<Member>('discord_member')
  return {
    save: (guild: Guild) => guilds.put(guild.id, guild, { list: 'guilds' }),
    find: (id: string): Guild | undefined => guilds.get(id),
    join: (member: Member, user: Pick<User, 'row'>) => members.put(member.guild_id, member, { user }),
    member: (id: string, user: Pick<User, 'row'>): Member | undefined => members.get(id, { user }),
    /** Of which a user is a member, by id. */
    of: (user: Pick<User, 'row'>): { guild: Guild; member: Member }[] =>
      members
        .list({ user, limit: 200 })
        .flatMap(({ body: member }) => {
          const guild = guilds.get(member.guild_id)
          return guild === undefined ? [] : [{ guild, member }]
        })
        .sort((one, other) => (one.guild.id < other.guild.id ? -1 : 1)),
  }
}

/** The guild that a bot or a webhook was added to: the one that was asked for, or else the first that the user owns. */
export function chosenGuild({ details }: Pick<Grant, 'details'>, user: User | undefined, documents: Documents): Guild | undefined {
  if (user === undefined) return undefined
  const guilds = guildsIn(documents)
  const asked = details.parameters?.guild_id
  const mine = guilds.of(user).map(({ guild }) => guild)
  return mine.find(({ id }) => id === asked) ?? mine.find(({ owner_id }) => owner_id === user.user_id) ?? mine[0]
}

/** A guild as a bot sees it. */
export function wholeGuild({ id, name, owner_id }: Guild): Record<string, unknown> {
  return {
    id,
    name,
    icon: null,
    splash: null,
    discovery_splash: null,
    banner: null,
    owner_id,
    region: 'deprecated',
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: snowflakeOf('channel', id),
    verification_level: 0,
    default_message_notifications: 0,
    mfa_level: 0,
    explicit_content_filter: 0,
    features: [],
    roles: [{ id, name: '@everyone', permissions: '104324673', position: 0, color: 0, hoist: false, managed: false, mentionable: false }],
    emojis: [],
    stickers: [],
    premium_tier: 0,
    preferred_locale: 'en-US',
    nsfw_level: 0,
  }
}
