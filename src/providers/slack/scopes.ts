import { scopeOfApp } from '../../oauth/clients/scope.ts'
import type { Grant, User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { RequestDialect } from '../../oauth/realm/context.ts'
import { slackError } from './errors.ts'

/** What users and bots may be asked for. */
export const slackScopes: Readonly<Record<string, string>> = {
  openid: 'Confirm your identity on your workspace',
  profile: 'View information about your identity: your name and picture',
  email: 'View your email address',
  'identity.basic': 'Confirm your identity',
  'identity.email': 'View your email address',
  'identity.avatar': 'View your Slack avatar',
  'identity.team': 'View your workspace name',
  identify: 'View information about your identity',
  bot: 'Add the ability for people to direct message or mention the app',
  commands: 'Add shortcuts and/or slash commands that people can use',
  'incoming-webhook': 'Post to specific channels in Slack',
  'app_mentions:read': 'View messages that directly mention the app in conversations that it is in',
  'channels:history': 'View messages and other content in public channels',
  'channels:join': 'Join public channels in a workspace',
  'channels:manage': 'Manage public channels and create new ones',
  'channels:read': 'View basic information about public channels in a workspace',
  'chat:write': 'Send messages',
  'chat:write.public': "Send messages to channels that the app isn't a member of",
  'files:read': 'View files shared in channels and conversations',
  'files:write': 'Upload, edit, and delete files',
  'groups:history': 'View messages and other content in private channels',
  'groups:read': 'View basic information about private channels',
  'im:history': 'View messages and other content in direct messages',
  'im:read': 'View basic information about direct messages',
  'im:write': 'Start direct messages with people',
  'mpim:history': 'View messages and other content in group direct messages',
  'mpim:read': 'View basic information about group direct messages',
  'reactions:read': 'View emoji reactions and their associated content in channels and conversations',
  'reactions:write': 'Add and edit emoji reactions',
  'search:read': 'Search the content of a workspace',
  'team:read': 'View the name, email domain, and icon for workspaces',
  'users.profile:read': 'View profile details about people in a workspace',
  'users:read': 'View people in a workspace',
  'users:read.email': 'View email addresses of people in a workspace',
  'users:write': 'Set presence',
}

/** Whose a token is: an app's bot's, or a user's. */
export type Kind = 'bot' | 'user'

/** The scopes of a list with commas or blanks. */
export function listed(scope: string | undefined): string[] {
  return scopes(scope?.replaceAll(',', ' '))
}

/** What says who a user is, in the flow of today and in that of before. */
export const signsIn = (scope: string) => ['openid', 'profile', 'email'].includes(scope)
export const isIdentity = (scope: string) => scope.startsWith('identity.')

/** What lets an app see, and change nothing. */
export const views = (scope: string) => signsIn(scope) || isIdentity(scope) || scope === 'identify' || /:(read|history)\b/.test(scope)

/** Whose the first token of a grant is. Of both kinds of scopes, `scope` has those of the bot. */
export function kindOf({ details }: Pick<Grant, 'details'>, user: User | undefined): Kind {
  const { vendor, parameters } = details
  if (vendor?.kind === 'bot' || vendor?.kind === 'user') return vendor.kind
  const asked = listed(parameters?.scope)
  if (asked.length === 0) return user === undefined ? 'bot' : 'user'
  return asked.some((one) => signsIn(one) || isIdentity(one)) ? 'user' : 'bot'
}

/** What of a grant is the bot's, or the user's. */
export function scopeOf(kind: Kind, { details, scope }: Pick<Grant, 'details' | 'scope'>): string[] {
  const { vendor, parameters: { scope: bots, user_scope: users } = {} } = details
  const granted = scopes(scope)
  if (vendor?.kind !== undefined || bots === undefined || users === undefined) return granted
  const asked = listed(kind === 'bot' ? bots : users)
  return granted.filter((one) => asked.includes(one))
}

/** What a grant begins with: the scopes of the bot and those of the user. */
export const slackScope: NonNullable<RequestDialect['scope']> = (requested, client, context, { user_scope }) => {
  const [bots, users] = [listed(requested), listed(user_scope)]
  const all = [...new Set([...bots, ...users])]
  if (all.length === 0) throw slackError('no_scopes', 'Neither scope nor user_scope asks for anything: at least one scope must be')
  const identity = all.filter(isIdentity)
  if (identity.length > 0 && identity.length < all.length) {
    const others = all.filter((one) => !isIdentity(one)).join(', ')
    throw slackError('invalid_scope', `identity.* scopes stand alone, and with them came: ${others}`)
  }
  return scopeOfApp(all.join(' '), client, context)
}
