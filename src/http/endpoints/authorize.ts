import type { FastifyReply, FastifyRequest } from 'fastify'
import { allow, beginInteraction, checkAuthorizationRequest, deny } from '../../oauth/authorize.ts'
import { PageError } from '../../oauth/errors.ts'
import { type Parameters, type ReadParameters, readParameters } from '../../oauth/parameters.ts'
import type { Interaction, User } from '../../oauth/records.ts'
import { checkPassword } from '../../oauth/sign-in.ts'
import { type ProtocolEndpoint, redirect } from '../endpoint.ts'
import { explain } from '../errors.ts'
import { type Exchange, exchangeOf } from '../exchange.ts'
import { continuePage, notAllowedPage, signInPage } from '../pages.ts'

/** GET of the authorization endpoint: a new request, or the page of one that is under way. */
async function getAuthorize(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const exchange = exchangeOf(request)
  const read = readParameters(request.query, ['resource', 'audience'])
  const { transaction } = read.parameters
  if (transaction !== undefined && read.parameters.client_id === undefined) {
    return nextPage(reply, exchange, await findInteraction(exchange, transaction))
  }
  return begin(request, reply, exchange, read)
}

/** POST of the authorization endpoint: a step of the sign-in, or a new request sent as a form (RFC 6749 §3.1). */
async function postAuthorize(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const exchange = exchangeOf(request)
  const read = readParameters(request.body, ['resource', 'audience'])
  const { parameters } = read
  if (parameters.transaction === undefined) return begin(request, reply, exchange, read)
  const interaction = await findInteraction(exchange, parameters.transaction)
  return parameters.decision === undefined
    ? signIn(reply, exchange, interaction, parameters)
    : decide(reply, exchange, interaction, parameters.decision)
}

async function begin(request: FastifyRequest, reply: FastifyReply, exchange: Exchange, read: ReadParameters): Promise<FastifyReply> {
  const checked = await checkAuthorizationRequest(read, exchange.context)
  // A HEAD only asks whether the page would come.
  const id = request.method === 'HEAD' ? '' : await beginInteraction(checked.request, checked.client, exchange.context)
  return signInPage(reply, exchange, { id, ...checked })
}

/** @throws PageError when the transaction is over or never was */
export async function findInteraction({ sandbox, context }: Exchange, transaction: string): Promise<Interaction> {
  const interaction = await sandbox.store.findInteraction(transaction, sandbox.clock.now())
  if (interaction === undefined) throw unknownTransaction()
  context.trace.client_id = interaction.client.client_id
  return interaction
}

function unknownTransaction(): PageError {
  return new PageError(
    'invalid_request',
    'This sign-in is over. Go back to the app and start again.',
    'The transaction is unknown, was finished, or is older than an hour',
  )
}

async function signIn(reply: FastifyReply, exchange: Exchange, interaction: Interaction, parameters: Parameters): Promise<FastifyReply> {
  const { sandbox } = exchange
  const picked = parameters.pick === undefined ? undefined : await pick(exchange, interaction, parameters.pick)
  const username = parameters.username ?? parameters.pick ?? ''
  const checked = picked ?? (await checkPassword(username, parameters.password ?? '', sandbox))
  if (!checked.ok) {
    explain(exchange, { code: 'access_denied', explanation: checked.explanation }, reply)
    return signInPage(reply, exchange, interaction, { username, error: 'Username or password is not right.' })
  }
  await sandbox.store.setInteractionUser(interaction.id, checked.user)
  return nextPage(reply, exchange, { ...interaction, user: checked.user })
}

/** Signing in with one click, as the page offers it for the app's users. */
async function pick(exchange: Exchange, interaction: Interaction, username: string) {
  const user = await exchange.sandbox.store.findUser(username)
  if (user === undefined || user.disabled) return undefined
  return (await exchange.sandbox.store.userHasApp(user, interaction.client)) ? ({ ok: true, user } as const) : undefined
}

async function decide(reply: FastifyReply, exchange: Exchange, interaction: Interaction, decision: string): Promise<FastifyReply> {
  const { store } = exchange.sandbox
  const { user } = interaction
  switch (decision) {
    case 'cancel':
      await take(exchange, interaction)
      throw deny(interaction.request, 'The user cancelled')
    case 'ask':
      await take(exchange, interaction)
      throw deny(interaction.request, 'The user is a kid without this app and would have to ask a parent')
    case 'switch':
      await store.setInteractionUser(interaction.id, undefined)
      return signInPage(reply, exchange, interaction)
    case 'add':
      if (user !== undefined && user.type !== 'kid') await store.addUserToApp(user, interaction.client)
      return nextPage(reply, exchange, interaction)
    case 'allow':
      if (user === undefined || !(await store.userHasApp(user, interaction.client))) return nextPage(reply, exchange, interaction)
      return finish(reply, exchange, interaction, user)
  }
  throw new PageError('invalid_request', 'This decision is not known', `decision '${decision}' is none of: allow, cancel, switch, add, ask`)
}

/** The page at which an interaction stands: sign in, get the app, continue. */
export async function nextPage(reply: FastifyReply, exchange: Exchange, interaction: Interaction): Promise<FastifyReply> {
  const { user } = interaction
  if (user === undefined) return signInPage(reply, exchange, interaction)
  exchange.context.trace.username = user.username
  if (!(await exchange.sandbox.store.userHasApp(user, interaction.client))) return notAllowedPage(reply, exchange, interaction, user)
  // A HEAD finishes nothing.
  if (exchange.sandbox.settings.auto_continue && reply.request.method !== 'HEAD') return finish(reply, exchange, interaction, user)
  return continuePage(reply, exchange, interaction, user)
}

async function finish(reply: FastifyReply, exchange: Exchange, interaction: Interaction, user: User): Promise<FastifyReply> {
  await take(exchange, interaction)
  const { redirect_to } = await allow(interaction.request, interaction.client, user, exchange.context)
  return redirect(reply, redirect_to)
}

/** Ends the interaction; of two clicks one finds it. */
async function take({ sandbox }: Exchange, interaction: Interaction): Promise<void> {
  if ((await sandbox.store.takeInteraction(interaction.id, sandbox.clock.now())) === undefined) throw unknownTransaction()
}

/** RFC 6749 §3.1. */
export const authorizeEndpoint: ProtocolEndpoint = {
  endpoint: 'authorize',
  page: true,
  paths: ({ paths }) => [paths.authorize],
  handlers: { GET: getAuthorize, POST: postAuthorize },
}
