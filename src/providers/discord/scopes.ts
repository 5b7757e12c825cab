import { scopeOfApp } from '../../oauth/clients/scope.ts'
import { missing } from '../../oauth/model/errors.ts'
import type { AuthorizationRequest } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { RequestDialect } from '../../oauth/realm/context.ts'

/** What apps may ask for, as the page tells it. */
export const discordScopes: Readonly<Record<string, string>> = {
  identify: 'Access your username, avatar, and banner',
  email: 'Access your email address',
  openid: 'Sign you in',
  connections: 'Access your third-party connections',
  guilds: "Know what servers you're in",
  'guilds.join': 'Join servers for you',
  'guilds.members.read': 'Read your member info (nickname, avatar, roles, etc) for servers you belong to',
  'gdm.join': 'Join group DMs for you',
  'role_connections.write': 'Update your connection and metadata for the application',
  bot: 'Add a bot to a server',
  'applications.commands': 'Create commands',
  'applications.commands.update': 'Update commands',
  'applications.entitlements': 'Read your entitlements',
  'webhook.incoming': 'Create a webhook in a channel',
}

/** What an app is installed with when nothing is asked for. */
const installs = 'applications.commands bot'

/** With these a user is asked each time, and picks a server. */
export const ofGuild: readonly string[] = ['bot', 'webhook.incoming']

/** Nothing asked for is the app's own way to be installed. */
export const discordScope: NonNullable<RequestDialect['scope']> = (requested, client, context) =>
  scopeOfApp(requested === undefined || scopes(requested).length === 0 ? installs : requested, client, context)

/** `none` is silent where all was allowed before, and no error elsewhere; whatever else comes, the user is asked. */
export const discordPrompt: NonNullable<RequestDialect['prompt']> = ({ prompt, scope }) =>
  prompt === 'none' && !scopes(scope).some((one) => ofGuild.includes(one)) ? undefined : 'consent'

/** Who only installs an app is not sent back to it. */
export const installsOnly = ({ parameters }: AuthorizationRequest): boolean => parameters?.response_type === undefined

/** Only what installs an app needs no response type. */
export const discordChecks: NonNullable<RequestDialect['checks']> = ({ response_type, scope }) => {
  const others = scopes(scope).filter((one) => !installs.split(' ').includes(one))
  if (response_type !== undefined || others.length === 0) return
  throw missing('response_type', `response_type is missing, and scope has ${others.join(', ')}`, 'response_type_missing')
}
