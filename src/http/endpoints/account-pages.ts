import type { FastifyReply, FastifyRequest } from 'fastify'
import { checkAuthorizationRequest } from '../../oauth/authorization/authorize.ts'
import { readRequest } from '../../oauth/clients/dialect.ts'
import { PageError } from '../../oauth/model/errors.ts'
import { type Parameters, readParameters } from '../../oauth/model/parameters.ts'
import type { Interaction } from '../../oauth/model/records.ts'
import type { AccountPage, AccountVisit } from '../../providers/account-pages.ts'
import type { NewUserValues } from '../../providers/new-user.ts'
import { routed } from '../../providers/space.ts'
import { type ProtocolEndpoint, redirect } from '../endpoint.ts'
import { explain } from '../errors.ts'
import { type Exchange, exchangeOf } from '../exchange.ts'
import { accountPath } from '../pages/account-paths.ts'
import { sessionOf } from '../pages/browser-session.ts'
import { accountPage } from '../pages/pages.ts'
import { beginInteraction, findInteraction, goneOn, turnedBack } from '../pages/sign-in-steps.ts'

function pageOf(request: FastifyRequest, { sandbox, context }: Exchange): AccountPage {
  const query = readParameters(request.query).parameters
  const page = sandbox.provider.account_pages?.pages.find(({ path }) => {
    const [at = '', chosen] = path.split('?')
    return routed(at) === request.routeOptions.url && [...new URLSearchParams(chosen)].every(([name, value]) => query[name] === value)
  })
  if (page === undefined) throw new PageError('transaction_unknown', 'There is no such page', 'No page of accounts is at this address')
  const refused = page.refuses?.(context)
  if (refused !== undefined) throw refused
  return page
}

/** What a page of the vendor's works on. @throws PageError when it comes for who gave his password alone, and nobody did */
function visitOf(
  request: FastifyRequest,
  exchange: Exchange,
  { id: transaction, client, request: asked, user }: Interaction,
): AccountVisit {
  if (user === undefined && pageOf(request, exchange).after_password === true)
    throw new PageError('transaction_unknown', 'Sign in first.', 'Nobody gave a password in the course of this sign-in')
  const { sandbox, context } = exchange
  if (user !== undefined) context.trace.username = user.username
  return { context, client, world: sandbox, request: asked, transaction, user, session: sessionOf(request, exchange) }
}

/** GET of such a page: in the course of a sign-in, or with an authorization request, as apps link to them. */
async function getPage(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const exchange = exchangeOf(request)
  const page = pageOf(request, exchange)
  const { parameters } = readParameters(request.query)
  const { transaction, ...typed } = parameters
  const interaction = transaction === undefined ? await begun(request, reply, exchange) : findInteraction(reply, exchange, transaction)
  const beginning = page.begin?.(visitOf(request, exchange, interaction), typed)
  if (beginning !== undefined && 'user' in beginning) return goneOn(reply, exchange, interaction, beginning.user)
  const { login_hint: username } = interaction.request
  const values = beginning?.values ?? (transaction === undefined ? { username } : { username, ...typed })
  accountPage(reply, exchange, interaction, page, { ...beginning, values })
}

async function begun(request: FastifyRequest, reply: FastifyReply, exchange: Exchange): Promise<Interaction> {
  const { context } = exchange
  const read = readRequest(request.query, context)
  const dry = request.method === 'HEAD'
  const { request: asked, client } = await checkAuthorizationRequest(read, context, { dry })
  return beginInteraction(reply, exchange, { request: asked, client, user: undefined }, { dry })
}

/** The button beside a form's own, which may send an empty value. */
function pressed({ form }: AccountPage, body: unknown): NewUserValues {
  const { name = '' } = form?.other ?? {}
  return Object.hasOwn(body ?? {}, name) ? { [name]: '' } : {}
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
  const page = pageOf(request, exchange)
  const interaction = findInteraction(reply, exchange, transaction)
  const visit = visitOf(request, exchange, interaction)
  const outcome = page.submit({ ...values, ...pressed(page, request.body) }, visit)
  if ('user' in outcome) return goneOn(reply, exchange, interaction, outcome.user, outcome.noted) ?? undefined
  if ('denied' in outcome) return turnedBack(exchange, interaction, outcome.denied)
  if ('next' in outcome) return redirect(reply, accountPath(exchange, outcome.next, interaction.id, outcome.values))
  const { errors, explanation } = outcome
  explain(exchange, { code: 'invalid_request', explanation }, reply)
  const secret = page.rows.flat().flatMap(({ kind, name }) => (kind === 'password' ? [name] : []))
  const shown = Object.fromEntries(Object.entries(values).filter(([name]) => !secret.includes(name)))
  const begun = page.begin?.(visit, {}) ?? {}
  const { note: _, ...beginning } = 'user' in begun ? {} : begun
  accountPage(reply, exchange, interaction, page, { ...beginning, values: shown, errors })
}

/** Where a vendor has pages beside its sign-in. */
export const accountPagesEndpoint: ProtocolEndpoint = {
  endpoint: 'authorize',
  page: true,
  paths: ({ account_pages }) => [...new Set(account_pages?.pages.map(({ path }) => path.split('?')[0]))],
  handlers: { GET: getPage, POST: postPage },
}
