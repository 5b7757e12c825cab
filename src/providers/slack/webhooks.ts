import { parseJson } from '../../basics/json.ts'
import { randomFrom } from '../../basics/random.ts'
import type { Documents } from '../../oauth/model/documents.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { App } from '../../oauth/model/records.ts'
import { charactersOf } from '../data/alphabet.ts'
import type { Route } from '../provider.ts'
import { botOf, channelIn } from './ids.ts'
import { hostOf } from './profile.ts'
import { type Team, teamsIn } from './teams.ts'

/** Whose an incoming webhook is, by its address below `/services`. */
interface Webhook {
  app_id: string
}

const kindIn = (documents: Documents) => documents.kind<Webhook>('slack_webhook')
const listOf = ({ app_id }: Pick<App, 'app_id'>) => `webhooks of ${app_id}`

/** A new webhook, as an answer tells it. @param address at which the client knows the vendor */
export function newWebhook(app: App, team: Team, address: string, documents: Documents): Record<string, string> {
  const { bot_id } = botOf(app)
  const path = `${team.id}/${bot_id}/${randomFrom(charactersOf('letters_digits'), 24)}`
  kindIn(documents).put(path, { app_id: app.app_id }, { list: listOf(app) })
  return {
    channel: '#general',
    channel_id: channelIn(team.id),
    configuration_url: `https://${team.domain}.slack.com/services/${bot_id}`,
    url: `${hostOf(address, 'https://hooks.slack.com')}/services/${path}`,
  }
}

/** The app was uninstalled. */
export function dropWebhooks(app: App, documents: Documents): void {
  const kind = kindIn(documents)
  for (const { key } of kind.list({ list: listOf(app), limit: Number.MAX_SAFE_INTEGER })) kind.delete(key)
}

/** What a webhook says of a message that it does not take: a word alone. */
function refusal(status: number, word: string, explanation: string): OAuthError {
  return new OAuthError('invalid_request', word, explanation, {}, status).naming({ webhook: word })
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** The message, which comes as JSON or as JSON in the field `payload` of a form. */
function messageIn(body: unknown): Record<string, unknown> {
  const { payload } = (body ?? {}) as { payload?: unknown }
  const message = typeof payload === 'string' ? parsed(payload) : body
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) return message as Record<string, unknown>
  throw refusal(400, 'invalid_payload', 'The body is no object of JSON, nor is the field payload of a form')
}

export const webhookRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/services/:team/:service/:token',
    handle({ params: { team = '', service = '', token = '' }, body, documents }) {
      if (teamsIn(documents).find(team) === undefined) throw refusal(404, 'no_team', `There is no workspace '${team}'`)
      if (kindIn(documents).get(`${team}/${service}/${token}`) === undefined) {
        throw refusal(404, 'no_service', `No app of workspace '${team}' has this webhook, or the app was uninstalled`)
      }
      const { text, blocks, attachments } = messageIn(body)
      if (text === undefined && blocks === undefined && attachments === undefined) {
        throw refusal(400, 'no_text', 'The message has neither text nor blocks nor attachments')
      }
      return { status: 200, headers: { 'Content-Type': 'text/html' }, body: 'ok' }
    },
  },
]
