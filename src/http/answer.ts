import type { FastifyReply } from 'fastify'
import { type AuthorizationAnswer, type Delivery, deliver } from '../oauth/authorization/response.ts'
import { redirect } from './endpoint.ts'
import type { Exchange } from './exchange.ts'
import { pageHeaders } from './pages/assets.ts'
import { render, type Views } from './pages/views.ts'
import { wordsOf } from './pages/words.ts'

/** Sends the browser to the client with an answer or an error, as the response mode says. */
export async function sendAnswer(reply: FastifyReply, exchange: Exchange, answer: AuthorizationAnswer): Promise<void> {
  const delivery = await deliver(answer, exchange.context)
  if (answer.held === true) return hold(reply, exchange, answer, delivery)
  if ('redirect_to' in delivery)
    return answer.twice === true ? sendTwice(reply, exchange, delivery.redirect_to) : redirect(reply, delivery.redirect_to)
  const { name } = answer.client.app
  const page = { ...wordsOf(exchange, { app: name }), app: { name } }
  if ('web_message' in delivery) return sendMessage(reply, { ...page, ...delivery.web_message })
  render(reply, 'form-post', { ...page, ...delivery.form_post })
}

/** Keeps an answer for who fetches it from the control API. */
function hold(reply: FastifyReply, exchange: Exchange, { client, user }: AuthorizationAnswer, delivery: Delivery): void {
  const { held, clock } = exchange.sandbox
  held.add({ at: clock.now(), client_id: client.client_id, username: user?.username, delivery })
  render(reply, 'held', wordsOf(exchange))
}

/** A page that posts a message to the redirect URI's origin, which alone may have it in a frame. */
function sendMessage(reply: FastifyReply, { action, ...model }: Omit<Views['web-message'], 'origin'> & { action: string }): void {
  const { origin } = new URL(action)
  const policy = pageHeaders['Content-Security-Policy'].replace("frame-ancestors 'none'", `frame-ancestors ${origin}`)
  // X-Frame-Options knows no origins but the page's own, and the policy says the same.
  render(reply, 'web-message', { ...model, origin }, { 'Content-Security-Policy': policy, 'X-Frame-Options': undefined })
}

/** A browser that calls the client back twice, as it does when someone reloads: first in a frame, then for good. */
function sendTwice(reply: FastifyReply, exchange: Exchange, redirect_to: string): void {
  const { origin } = new URL(redirect_to)
  const headers = {
    'Content-Security-Policy': `${pageHeaders['Content-Security-Policy']}; frame-src ${origin}`,
    Refresh: `1;url=${redirect_to}`,
  }
  render(reply, 'twice', { ...wordsOf(exchange), next: redirect_to }, headers)
}
