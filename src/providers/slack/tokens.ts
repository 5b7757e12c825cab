import { type HandleFormat, maskedHandles } from '../../oauth/model/handle.ts'
import type { CodeFormat, TokenFormat, TokenProfile } from '../../oauth/model/token-profile.ts'
import { charactersOf } from '../data/alphabet.ts'
import { slackAnswer } from './answers.ts'
import { botOf, digitsOf, randomDigits } from './ids.ts'
import { slackIdToken, slackUserinfo } from './profile.ts'
import { kindOf } from './scopes.ts'
import { rotates } from './settings.ts'
import { installationOf } from './teams.ts'

/** The end of each token, by its beginning. */
const tails: Readonly<Record<string, HandleFormat>> = {
  xoxb: maskedHandles(charactersOf('letters_digits'), 24),
  xoxp: maskedHandles(charactersOf('hex'), 32),
  'xoxe.xoxb': maskedHandles(charactersOf('letters_digits'), 160),
  'xoxe.xoxp': maskedHandles(charactersOf('letters_digits'), 160),
  xoxe: maskedHandles(charactersOf('letters_digits'), 146),
}

function keyOf(token: string, beginnings: RegExp): number | undefined {
  const parts = token.split('-')
  const [beginning = ''] = parts
  return beginnings.test(beginning) ? tails[beginning]?.key(parts.at(-1) ?? '') : undefined
}

/** Of a bot or a user, who are numbers in them; those that expire tell nothing. */
const access: TokenFormat = {
  make({ id, client, user, grant }, { documents, settings }) {
    const kind = kindOf(grant, user)
    const beginning = kind === 'bot' ? 'xoxb' : 'xoxp'
    if (rotates(client, settings)) return `xoxe.${beginning}-1-${tails[`xoxe.${beginning}`]?.make(id)}`
    const team = digitsOf(installationOf(grant, documents, settings).team.id)
    const whom = kind === 'bot' ? [digitsOf(botOf(client.app).user_id)] : [digitsOf(user?.user_id ?? client.client_id), randomDigits(13)]
    return [beginning, team, ...whom, tails[beginning]?.make(id)].join('-')
  },
  keyOf: (token) => keyOf(token, /^(xoxe\.)?xox[bp]$/),
}

const refresh: TokenFormat = {
  make: ({ id }) => `xoxe-1-${tails.xoxe?.make(id)}`,
  keyOf: (token) => keyOf(token, /^xoxe$/),
}

const codeTails = maskedHandles(charactersOf('hex'), 64)

/** The number of the app's workspace, another number and 64 hexadecimal digits. */
const codes: CodeFormat = {
  make: (id, { client_id }) => `${client_id.split('.')[0]}.${randomDigits(13)}.${codeTails.make(id)}`,
  keyOf: (code) => codeTails.key(code.split('.')[2] ?? ''),
}

/** How the vendor's tokens look. */
export const slackTokens: TokenProfile = {
  access,
  refresh,
  codes,
  parameters: ['scope', 'user_scope', 'team'],
  lifetimes: ({ client }, { settings }) => ({ access: rotates(client, settings) ? undefined : Number.POSITIVE_INFINITY }),
  tokenResponse: slackAnswer,
  idToken: slackIdToken,
  userinfo: { scope: 'openid', body: slackUserinfo },
}
