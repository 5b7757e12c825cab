import { given } from '../../basics/given.ts'
import { randomFrom } from '../../basics/random.ts'
import { maskedHandles } from '../../oauth/model/handle.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { StatementWording, TokenProfile } from '../../oauth/model/token-profile.ts'
import { charactersOf } from '../data/alphabet.ts'
import { opaqueFormat } from '../data/token-formats.ts'
import { chosenGuild, wholeGuild } from './guilds.ts'
import { newSnowflake, snowflakeOf } from './ids.ts'
import { partialUser } from './users.ts'

const handles = { alphabet: 'letters_digits', length: 30 }
const codes = maskedHandles(charactersOf(handles.alphabet), handles.length)

/** A webhook that an app was given, by its id. */
export interface Webhook {
  token: string
}

/** In the vendor's order; a bot's answer has the server that it was added to, a webhook's the webhook. */
const tokenResponse: TokenProfile['tokenResponse'] = (issued, { documents }) => {
  const { token_type, access_token, expires_in, refresh_token, scope, id_token, grant, user, client } = issued
  const granted = scopes(scope)
  const guild = issued.parameters?.grant_type === 'authorization_code' ? chosenGuild(grant, user, documents) : undefined
  return given({
    token_type,
    access_token,
    expires_in,
    refresh_token,
    scope,
    id_token,
    guild: guild && granted.includes('bot') ? wholeGuild(guild) : undefined,
    webhook: guild && granted.includes('webhook.incoming') ? webhook(client.client_id, guild.id) : undefined,
  })

  function webhook(application_id: string, guild_id: string) {
    const [id, token] = [newSnowflake(), randomFrom(charactersOf('url_safe'), 68)]
    documents.kind<Webhook>('discord_webhook').put(id, { token })
    const url = `${issued.issuer}/api/webhooks/${id}/${token}`
    return {
      application_id,
      name: client.app.name,
      url,
      channel_id: snowflakeOf('channel', guild_id),
      token,
      type: 1,
      avatar: null,
      guild_id,
      id,
    }
  }
}

/** Who signed in, and nothing else of him. */
const idToken: StatementWording = ({ claims: { iss, sub, aud, exp, iat, nonce } }) => given({ iss, sub, aud, exp, iat, nonce })

/** How the vendor's tokens look. Its userinfo has no `sub`. */
export const discordTokens: TokenProfile = {
  access: opaqueFormat(handles),
  refresh: opaqueFormat(handles),
  codes: { make: (id) => codes.make(id), keyOf: (code) => codes.key(code) },
  parameters: ['guild_id', 'permissions', 'integration_type'],
  tokenResponse,
  idToken,
  userinfo: { scope: 'identify', body: ({ user }) => partialUser(user) },
}
