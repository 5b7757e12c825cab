import type { FastifyReply, FastifyRequest } from 'fastify'
import { checkAuthorizationRequest } from '../../oauth/authorization/authorize.ts'
import { readRequest } from '../../oauth/clients/dialect.ts'
import { PageError } from '../../oauth/model/errors.ts'
import { type Parameters, readParameters } from '../../oauth/model/parameters.ts'
import type { Interaction } from '../../oauth/model/records.ts'
import type { AccountPage } from '../../providers/account-pages.ts'
import type { NewUserErrors, NewUserValues } from '../../providers/new-user.ts'
import { type ProtocolEndpoint, redirect } from '../endpoint.ts'
import { explain } from '../errors.ts'
import { type Exchange, exchangeOf } from '../exchange.ts'
import { accountPage, accountPath } from '../pages/pages.ts'
import { beginInteraction, findInteraction, signedIn } from '../pages/sign-in-steps.ts'

function pageOf(request: FastifyRequest, { sandbox }: Exchange): AccountPage {
  const page = sandbox.provider.account_pages?.pages.find(({ path }) => path === request.routeOptions.url)
  if (page === undefined) throw new Error(`no page of accounts is at ${request.routeOptions.url}`)
  return page
}

/** GET of such a page: in the course of a sign-in, or with an authorization request, as apps link to them. */
async function getPage(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const exchange = exchangeOf(request)
  const { parameters } = readParameters(request.query)
  const { transaction, ...values } = parameters
  const interaction = transaction === undefined ? await begun(request, reply, exchange) : findInteraction(reply, exchange, transaction)
  const { login_hint: username } = interaction.request
  draw(request, reply, exchange, interaction, transaction === undefined ? { username } : { username, ...values })
}

async function begun(request: FastifyRequest, reply: FastifyReply, exchange: Exchange): Promise<Interaction> {
  const { context } = exchange
  const read = readRequest(request.query, context)
  const dry = request.method === 'HEAD'
  const { request: asked, client } = await checkAuthorizationRequest(read, context, { dry })
  return beginInteraction(reply, exchange, { request: asked, client, user: undefined }, { dry })
}

/** POST: whoever is signed in by it goes on; else another page comes, or the same with what was wrong. */
function postPage(request: FastifyRequest, reply: FastifyReply): Promise<void> | void {
  const exchange = exchangeOf(request)
  const { parameters } = readParameters(request.body)
  const { transaction, ...values }: Parameters = parameters
  if (transaction === undefined) {
    const explanation = 'The parameter transaction is missing'
    throw new PageError('parameter_missing', 'This page begins at the sign-in page of an app.', explanation).naming({
      parameter: 'transaction',
    })
  }
  const interaction = findInteraction(reply, exchange, transaction)
  const { sandbox, context } = exchange
  const outcome = pageOf(request, exchange).submit(values, { context, client: interaction.client, world: sandbox })
  if ('user' in outcome) return signedIn(reply, exchange, interaction, outcome.user) ?? undefined
  if ('next' in outcome) return redirect(reply, accountPath(exchange, outcome.next, interaction.id, outcome.values))
  explain(exchange, { code: 'invalid_request', explanation: outcome.explanation }, reply)
  const { rows } = pageOf(request, exchange)
  const secret = rows.flat().flatMap(({ kind, name }) => (kind === 'password' ? [name] : []))
  const shown = Object.fromEntries(Object.entries(values).filter(([name]) => !secret.includes(name)))
  return draw(request, reply, exchange, interaction, shown, outcome.errors)
}

function draw(
  request: FastifyRequest,
  reply: FastifyReply,
  exchange: Exchange,
  interaction: Interaction,
  values: NewUserValues,
  errors: NewUserErrors = {},
): void {
  accountPage(reply, exchange, interaction, pageOf(request, exchange), values, errors)
}

/** Where a vendor has pages beside its sign-in. */
export const accountPagesEndpoint: ProtocolEndpoint = {
  endpoint: 'authorize',
  page: true,
  paths: ({ account_pages }) => account_pages?.pages.map(({ path }) => path) ?? [],
  handlers: { GET: getPage, POST: postPage },
}
