import { crc32 } from 'node:zlib'
import { given } from '../../basics/given.ts'
import { type HandleFormat, maskedHandles } from '../../oauth/model/handle.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { TokenFormat, TokenProfile } from '../../oauth/model/token-profile.ts'
import { charactersOf } from '../data/alphabet.ts'
import { isGitHubApp } from './app-kind.ts'

/** In this order, in which the vendor counts. */
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The last six characters of a token, by which scanners tell a secret from a text that looks like one. */
export function checksumOf(random: string): string {
  let rest = crc32(random)
  let text = ''
  for (let at = 0; at < 6; at++) {
    text = base62.charAt(rest % 62) + text
    rest = Math.floor(rest / 62)
  }
  return text
}

function checked(handles: HandleFormat) {
  return {
    make(prefix: string, id: number) {
      const random = handles.make(id)
      return prefix + random + checksumOf(random)
    },
    key: (token: string) => handles.key(token.slice(4, -6)),
  }
}

const accessTokens = checked(maskedHandles(base62, 30))
const refreshTokens = checked(maskedHandles(base62, 70))
const codes = maskedHandles(charactersOf('hex'), 20)

const access: TokenFormat = {
  make: ({ id, client }) => accessTokens.make(isGitHubApp(client) ? 'ghu_' : 'gho_', id),
  keyOf: accessTokens.key,
}

/** Whether a client's tokens expire: those of a GitHub App, unless it opted out by having no grant type `refresh_token`. */
export function hasExpiringTokens(client: Client): boolean {
  return isGitHubApp(client) && client.grant_types.includes('refresh_token')
}

/** For as long as a token may lie unused. */
const year = 365 * 24 * 3600

/** What a request that comes of an app's installation says, and what the user answers there. */
export const installationParameters: readonly string[] = ['setup_action', 'installation_target']

/** How the vendor's tokens look. */
export const githubTokens: TokenProfile = {
  access,
  refresh: { make: ({ id }) => refreshTokens.make('ghr_', id), keyOf: refreshTokens.key },
  codes: { make: (id) => codes.make(id), keyOf: codes.key },
  parameters: installationParameters,
  lifetimes: ({ client }) => (hasExpiringTokens(client) ? {} : { access: year }),
  tokenResponse: ({ access_token, refresh_token, expires_in, refresh_expires_in, scope, client }) =>
    hasExpiringTokens(client)
      ? given({
          ...{ access_token, expires_in, refresh_token, refresh_token_expires_in: refresh_expires_in },
          ...{ scope: '', token_type: 'bearer' },
        })
      : { access_token, token_type: 'bearer', scope: scope.replaceAll(' ', ',') },
}
