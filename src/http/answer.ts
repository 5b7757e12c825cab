import type { FastifyReply } from 'fastify'
import { type AuthorizationAnswer, deliver } from '../oauth/authorization-response.ts'
import { redirect } from './endpoint.ts'
import type { Exchange } from './exchange.ts'
import { render } from './views.ts'

/** Sends the browser to the client with an answer or an error, as the response mode says. */
export async function sendAnswer(reply: FastifyReply, exchange: Exchange, answer: AuthorizationAnswer): Promise<FastifyReply> {
  const delivery = await deliver(answer, exchange.context)
  if ('redirect_to' in delivery) return redirect(reply, delivery.redirect_to)
  const { texts } = exchange.sandbox.provider
  return render(reply, 'form-post', { texts, app: { name: answer.client.app.name }, ...delivery.form_post })
}
