import type { FastifyReply, FastifyRequest } from 'fastify'
import { decideBackchannelRequest } from '../../oauth/deferred/backchannel.ts'
import { PageError } from '../../oauth/model/errors.ts'
import { cibaType } from '../../oauth/model/grant-names.ts'
import { readParameters } from '../../oauth/model/parameters.ts'
import { type ProtocolEndpoint, redirect } from '../endpoint.ts'
import { explain } from '../errors.ts'
import { type Exchange, exchangeOf, pagePath } from '../exchange.ts'
import { appView, scopeViews, userView } from '../pages/pages.ts'
import { render } from '../pages/views.ts'
import { wordsOf } from '../pages/words.ts'

function action(exchange: Exchange): string {
  return `${pagePath(exchange)}${exchange.paths.ciba ?? ''}`
}

/** What waits for a decision, as a user's phone would show it. */
function getCiba(asked: FastifyRequest, reply: FastifyReply): void {
  const exchange = exchangeOf(asked)
  const { store, clock } = exchange.sandbox
  const waiting = store.listDeferred(cibaType, clock.now())
  render(reply, 'ciba', {
    ...wordsOf(exchange),
    action: action(exchange),
    requests: waiting.flatMap(({ interaction_id, client, user, request, scope }) =>
      user === undefined
        ? []
        : {
            id: interaction_id,
            app: appView(exchange, client.app),
            user: userView(user),
            binding_message: request.binding_message,
            scopes: scopeViews(exchange, scope),
          },
    ),
  })
}

/** The user approves or denies. */
async function postCiba(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const exchange = exchangeOf(request)
  const { parameters } = readParameters(request.body)
  const { decision, transaction = '' } = parameters
  if (decision !== 'approve' && decision !== 'deny') {
    const explanation = `decision '${decision ?? ''}' is none of: approve, deny`
    throw new PageError('parameter_invalid', 'This decision is not known', explanation).naming({ parameter: 'decision' })
  }
  const decided = await decideBackchannelRequest(exchange.sandbox, transaction, decision === 'approve' ? 'allowed' : 'denied')
  if (decided === undefined) {
    const explanation = 'The request is unknown, has expired, or was decided on'
    throw new PageError('transaction_unknown', 'This request is over. The app has to ask again.', explanation)
  }
  exchange.context.trace.client_id = decided.client_id
  if (decided.username !== undefined) exchange.context.trace.username = decided.username
  if (decided.unreached !== undefined) {
    explain(exchange, { code: 'temporarily_unavailable', explanation: `The client was not told: ${decided.unreached}` }, reply)
  }
  return redirect(reply, action(exchange))
}

/** The authentication device of CIBA §1, as a page. */
export const cibaEndpoint: ProtocolEndpoint = {
  endpoint: 'authorize',
  page: true,
  paths: ({ paths }) => [paths.ciba],
  handlers: { GET: getCiba, POST: postCiba },
}
