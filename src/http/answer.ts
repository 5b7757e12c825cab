import type { FastifyReply } from 'fastify'
import { type AuthorizationAnswer, deliver } from '../oauth/authorization/response.ts'
import { redirect } from './endpoint.ts'
import type { Exchange } from './exchange.ts'
import { pageHeaders } from './pages/assets.ts'
import { render } from './pages/views.ts'

/** Sends the browser to the client with an answer or an error, as the response mode says. */
export async function sendAnswer(reply: FastifyReply, exchange: Exchange, answer: AuthorizationAnswer): Promise<void> {
  const delivery = await deliver(answer, exchange.context)
  if ('redirect_to' in delivery)
    return answer.twice === true ? sendTwice(reply, exchange, delivery.redirect_to) : redirect(reply, delivery.redirect_to)
  const { texts } = exchange.sandbox.provider
  render(reply, 'form-post', { texts, app: { name: answer.client.app.name }, ...delivery.form_post })
}

/** A browser that calls the client back twice, as it does when someone reloads: first in a frame, then for good. */
function sendTwice(reply: FastifyReply, exchange: Exchange, redirect_to: string): void {
  const { origin } = new URL(redirect_to)
  const headers = {
    'Content-Security-Policy': `${pageHeaders['Content-Security-Policy']}; frame-src ${origin}`,
    Refresh: `1;url=${redirect_to}`,
  }
  render(reply, 'twice', { texts: exchange.sandbox.provider.texts, next: redirect_to }, headers)
}
