import { given } from '../../basics/given.ts'
import type { IssuedTokens, TokenMaterial, TokenProfile } from '../../oauth/model/token-profile.ts'
import { botOf } from './ids.ts'
import { kindOf, listed } from './scopes.ts'
import { installationOf } from './teams.ts'
import { newWebhook } from './webhooks.ts'

/** A token's scope, as the vendor lists it. */
export const withCommas = (scope: string) => listed(scope).join(',')

const named = ({ id, name }: { id: string; name: string }) => ({ id, name })

/** Where an app was let in, as answers end. */
function places({ grant }: IssuedTokens, { documents, settings }: TokenMaterial) {
  const { team, enterprise, is_enterprise_install } = installationOf(grant, documents, settings)
  return { team: is_enterprise_install ? null : named(team), enterprise, is_enterprise_install }
}

/** The token of a bot or of a user. */
function tokenOf({ scope, grant, user, access_token, refresh_token, expires_in, client }: IssuedTokens) {
  const kind = kindOf(grant, user)
  return given({
    scope: withCommas(scope),
    token_type: kind,
    access_token,
    bot_user_id: kind === 'bot' ? botOf(client.app).user_id : undefined,
    refresh_token,
    expires_in,
  })
}

/** What an app was let in with: the bot's token, and the user's within. */
function installation(issued: IssuedTokens, material: TokenMaterial): Record<string, unknown> {
  const { client, user, grant, beside } = issued
  const isBot = kindOf(grant, user) === 'bot'
  const users = isBot ? beside : issued
  return given({
    ok: true,
    app_id: client.app.app_id,
    authed_user: { id: user?.user_id, ...(users && tokenOf(users)) },
    ...(isBot && tokenOf(issued)),
    ...places(issued, material),
    incoming_webhook: listed(issued.scope).includes('incoming-webhook')
      ? newWebhook(client.app, installationOf(grant, material.documents, material.settings).team, issued.issuer, material.documents)
      : undefined,
  })
}

/** One token that was refreshed, or exchanged for one that expires. */
export function refreshed(issued: IssuedTokens, material: TokenMaterial): Record<string, unknown> {
  const { access_token, expires_in, refresh_token, user, grant, client } = issued
  const kind = kindOf(grant, user)
  return given({
    ok: true,
    access_token,
    expires_in,
    refresh_token,
    token_type: kind,
    scope: withCommas(issued.scope),
    ...(kind === 'bot' ? { bot_user_id: botOf(client.app).user_id } : { user_id: user?.user_id }),
    app_id: client.app.app_id,
    ...places(issued, material),
  })
}

/** What `oauth.access` answers: who signed in, or the token of a classic app with its bot's. */
function classic(issued: IssuedTokens, material: TokenMaterial): Record<string, unknown> {
  const { access_token, scope, grant, user, client, beside } = issued
  const { team, enterprise } = installationOf(grant, material.documents, material.settings)
  if (user !== undefined && listed(scope).includes('identity.basic')) {
    const { first_name, last_name, user_id } = user
    const who = { name: `${first_name} ${last_name}`.trim() || user.username, id: user_id }
    return { ok: true, access_token, scope: withCommas(scope), user: who, team: { id: team.id } }
  }
  return given({
    ok: true,
    access_token,
    scope: withCommas(scope),
    user_id: user?.user_id,
    team_name: team.name,
    team_id: team.id,
    enterprise_id: enterprise?.id ?? null,
    bot: beside && { bot_user_id: botOf(client.app).user_id, bot_access_token: beside.access_token },
  })
}

/** The answer of each method that gives tokens. */
export const slackAnswer: TokenProfile['tokenResponse'] = (issued, material) => {
  const { edition } = issued.space ?? {}
  if (edition === 'v1') return classic(issued, material)
  if (edition !== undefined) {
    return (issued.parameters?.grant_type === 'refresh_token' ? refreshed : installation)(issued, material)
  }
  const { access_token, id_token, refresh_token, expires_in, scope, token_type } = issued
  if (!listed(scope).includes('openid')) return installation(issued, material)
  return given({ ok: true, access_token, token_type, id_token, refresh_token, expires_in })
}
