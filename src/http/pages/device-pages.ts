import type { FastifyReply } from 'fastify'
import { formatUserCode } from '../../oauth/deferred/device.ts'
import type { User } from '../../oauth/model/records.ts'
import type { Deferred } from '../../oauth/storage/deferred-store.ts'
import type { Exchange } from '../exchange.ts'
import { appView, sandboxUsers, scopeViews, userView } from './pages.ts'
import { render } from './views.ts'

/** What a browser sees while a user lets a device in (RFC 8628 §3.3). */

function action({ sandbox, prefix }: Exchange): string {
  return `${prefix}${sandbox.provider.paths.device ?? ''}`
}

function step(exchange: Exchange, { client, interaction_id }: Deferred) {
  const { texts } = exchange.sandbox.provider
  return { texts, app: appView(exchange, client.app), action: action(exchange), transaction: interaction_id }
}

/** The page on which the code of a device is entered. */
export function deviceCodePage(reply: FastifyReply, exchange: Exchange, user_code?: string, error?: string): void {
  render(reply, 'device-code', { texts: exchange.sandbox.provider.texts, action: action(exchange), user_code, error })
}

/** The sign-in page, after a refusal with what was typed and why. */
export function deviceSignInPage(
  reply: FastifyReply,
  exchange: Exchange,
  waiting: Deferred,
  refused?: { username: string; error: string },
): void {
  const users = sandboxUsers(exchange, waiting.client)
  render(reply, 'signin', { ...step(exchange, waiting), ...users, username: refused?.username, error: refused?.error })
}

/** The page for a user who does not have the app. */
export function deviceNotAllowedPage(reply: FastifyReply, exchange: Exchange, waiting: Deferred, user: User): void {
  render(reply, 'not-allowed', {
    ...step(exchange, waiting),
    user: userView(user),
    remedy: user.type === 'kid' ? 'ask' : 'add',
  })
}

/** The page on which a signed-in user lets the device in, with the code to compare (RFC 8628 §5.4). */
export function deviceConfirmPage(reply: FastifyReply, exchange: Exchange, waiting: Deferred, user: User): void {
  render(reply, 'device-confirm', {
    ...step(exchange, waiting),
    user: userView(user),
    user_code: formatUserCode(waiting.user_code ?? ''),
    scopes: scopeViews(exchange, waiting.scope),
  })
}

/** The page that sends the user back to the device. */
export function deviceDonePage(reply: FastifyReply, exchange: Exchange, { client }: Deferred, allowed: boolean): void {
  render(reply, 'device-done', { texts: exchange.sandbox.provider.texts, app: appView(exchange, client.app), allowed })
}
