import type { Documents } from '../../oauth/model/documents.ts'
import type { Grant, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { ConsentQuestions } from '../consent-questions.ts'
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

/** What a member needs to add what a scope stands for, as bits of his permissions. */
const needs: Readonly<Record<string, bigint>> = { bot: 1n << 5n, 'webhook.incoming': 1n << 29n }
const administrator = 1n << 3n

/** The guilds to which a user may add all that a scope stands for; undefined when it stands for nothing of the kind. */
function openTo(user: User, scope: string, documents: Documents): Guild[] | undefined {
  const needed = scopes(scope).flatMap((one) => needs[one] ?? [])
  if (needed.length === 0) return undefined
  const mayAdd = (permissions: bigint) => (permissions & administrator) !== 0n || needed.every((bit) => (permissions & bit) !== 0n)
  const open = guildsIn(documents).of(user)
  return open.filter(({ guild, member }) => guild.owner_id === user.user_id || mayAdd(BigInt(member.permissions))).map(({ guild }) => guild)
}

/** The guild that was asked for, or else the first that the user owns. */
function preferred(guilds: readonly Guild[], user: User, asked: string | undefined): Guild | undefined {
  return guilds.find(({ id }) => id === asked) ?? guilds.find(({ owner_id }) => owner_id === user.user_id) ?? guilds[0]
}

/** The guild that a bot or a webhook was added to: the one that the user chose, or would have found chosen. */
export function chosenGuild(
  { details, scope }: Pick<Grant, 'details' | 'scope'>,
  user: User | undefined,
  documents: Documents,
): Guild | undefined {
  const guilds = user && openTo(user, scope, documents)
  return guilds && preferred(guilds, user, details.parameters?.guild_id)
}

/** Asks to which of his servers the user adds a bot or a webhook. An app can fix its own choice, if he may add it there. */
export const guildMenu: ConsentQuestions = {
  kept: true,
  of({ user, scope, parameters: { guild_id, disable_guild_select }, realm: { documents } }) {
    const guilds = openTo(user, scope, documents) ?? []
    const { id: value } = preferred(guilds, user, guild_id) ?? {}
    if (value === undefined) return []
    const isFixed = disable_guild_select === 'true' && value === guild_id
    const choices = guilds.filter(({ id }) => !isFixed || id === value).map(({ id, name }) => ({ value: id, label: name }))
    return [{ name: 'guild_id', label: 'Add to server', value, choices, menu: true }]
  },
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
