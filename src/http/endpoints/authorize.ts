import type { FastifyReply, FastifyRequest } from 'fastify'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { checkAuthorizationRequest } from '../../oauth/authorization/authorize.ts'
import { autoUser } from '../../oauth/authorization/auto-sign-in.ts'
import { allow } from '../../oauth/authorization/decision.ts'
import { notSilently, type Obstacle, rememberConsent, sessionObstacle, userObstacle } from '../../oauth/authorization/obstacle.ts'
import { readRequest } from '../../oauth/clients/dialect.ts'
import { magicUsers } from '../../oauth/faults/magic-users.ts'
import { strikeAuthorization } from '../../oauth/faults/strike.ts'
import { deny } from '../../oauth/model/errors.ts'
import { type ReadParameters, readParameters } from '../../oauth/model/parameters.ts'
import type { AuthorizationRequest, Client, User } from '../../oauth/model/records.ts'
import { targetParameters } from '../../oauth/model/resource.ts'
import { pathPatterns, routed } from '../../providers/space.ts'
import { sendAnswer } from '../answer.ts'
import { type ProtocolEndpoint, redirect } from '../endpoint.ts'
import { type Exchange, exchangeOf, pagePath } from '../exchange.ts'
import { accountObstacle, accountPath } from '../pages/account-paths.ts'
import { beginSession, isSecure, sessionOf } from '../pages/browser-session.ts'
import { stepPath } from '../pages/pages.ts'
import { readForm } from '../pages/sign-in-form.ts'
import { beginInteraction, decide, findInteraction, nextPage, obstaclePage, signIn } from '../pages/sign-in-steps.ts'

/** Parameters that may repeat: resources (RFC 8707 §2), and the ticked scopes of the consent page. */
const repeatable = [...targetParameters, 'granted']

/** GET of the authorization endpoint: a new request, or the page of one that is under way. */
function getAuthorize(request: FastifyRequest, reply: FastifyReply): MaybePromise<void> {
  const exchange = exchangeOf(request)
  const under_way = stepIn(request, exchange)
  if (under_way !== undefined) return nextPage(reply, exchange, findInteraction(reply, exchange, under_way))
  const read = readRequest(request.query, exchange.context, repeatable)
  const { transaction, client_id } = read.parameters
  if (transaction !== undefined && client_id === undefined) {
    return nextPage(reply, exchange, findInteraction(reply, exchange, transaction))
  }
  return begin(request, reply, exchange, read)
}

/** POST of the authorization endpoint: a step of the sign-in, or a new request sent as a form (RFC 6749 §3.1). */
function postAuthorize(request: FastifyRequest, reply: FastifyReply): MaybePromise<void> {
  const exchange = exchangeOf(request)
  // Our own form has our own names.
  const { parameters } = readParameters(request.body, repeatable)
  const transaction = parameters.transaction ?? stepIn(request, exchange)
  if (transaction === undefined) {
    return begin(request, reply, exchange, readRequest(request.body, exchange.context, repeatable))
  }
  const interaction = findInteraction(reply, exchange, transaction)
  const said = readForm(exchange, parameters)
  return (said.decision === undefined ? signIn : decide)(reply, exchange, interaction, said)
}

/** The sign-in under way that a vendor's own address for such names; empty when it names none, undefined at another address. */
function stepIn({ query, routeOptions }: FastifyRequest, { sandbox }: Exchange): string | undefined {
  const { steps } = sandbox.provider
  if (steps === undefined || routeOptions.url !== routed(steps.path)) return undefined
  return readParameters(query).parameters[steps.id] ?? ''
}

/** A new request: it is answered at once when the browser's session allows it, and else begins an interaction. */
async function begin(request: FastifyRequest, reply: FastifyReply, exchange: Exchange, read: ReadParameters): Promise<void> {
  const { context } = exchange
  // A HEAD only asks whether the page would come.
  const dry = request.method === 'HEAD'
  const { request: asked, client, parameters } = await checkAuthorizationRequest(read, context, { dry })
  const vouched = dry ? undefined : context.realm.requests?.authorization?.signedIn?.(parameters, context)
  if (vouched !== undefined) beginSession(reply, exchange, vouched)
  const session = sessionOf(request, exchange)
  const elsewhere = session === undefined && autoUser(asked, client, context) === undefined ? signInPath(request, exchange) : undefined
  if (elsewhere !== undefined && !asked.prompt.includes('none')) return redirect(reply, elsewhere)
  if (!dry) await strikeAuthorization('begin', asked, client, undefined, context)
  if (session !== undefined) context.trace.username = session.user.username
  const unready = sessionObstacle(asked, client, session, context)
  const user = unready === undefined ? session?.user : undefined
  const obstacle = unready ?? (user && (accountObstacle(exchange, { request: asked }, user) ?? userObstacle(asked, client, user, context)))
  if (obstacle === undefined && user !== undefined && !dry) {
    return sendAnswer(reply, exchange, await allow(asked, client, user, { session, silent: true }, context))
  }
  if (obstacle !== undefined && asked.prompt.includes('none')) {
    throw notSilently(session === undefined ? inFrame(obstacle, request, exchange) : obstacle, asked, client)
  }
  const auto = dry ? undefined : autoUser(asked, client, context)
  if (auto !== undefined) {
    // A session that would do goes on.
    if (exchange.sandbox.sessions && user?.row !== auto.row) beginSession(reply, exchange, auto)
    return goOnAs(auto, asked, client, reply, exchange)
  }
  const interaction = beginInteraction(reply, exchange, { request: asked, client, user }, { dry })
  const { steps } = exchange.sandbox.provider
  const signsIn = obstacle?.step === 'sign_in' && !dry
  const page = signsIn ? steps?.instead?.(asked) : undefined
  if (page !== undefined) return redirect(reply, accountPath(exchange, page, interaction.id))
  const away = signsIn && session === undefined ? steps?.leads?.(interaction, context) : undefined
  if (away !== undefined) return redirect(reply, exchange.base_url + away, 303)
  const path = asked.request_uri !== undefined || (signsIn && steps?.at_once === true) ? stepPath(exchange, interaction) : undefined
  if (path !== undefined) return redirect(reply, exchange.base_url + path)
  return obstaclePage(reply, exchange, interaction, obstacle, session?.user)
}

/** The page on which users sign in, for a request that came to the authorization endpoint of a vendor who has it elsewhere. */
function signInPath({ method, url, routeOptions }: FastifyRequest, exchange: Exchange): string | undefined {
  const { sign_in } = pathPatterns(exchange.sandbox.provider, exchange.context.space)
  if (sign_in === undefined || method === 'POST' || routeOptions.url === routed(sign_in)) return undefined
  return `${pagePath(exchange)}${exchange.paths.sign_in}${/\?.*$/s.exec(url)?.[0] ?? ''}`
}

/** Does what a user would press who wants to go on: declines when he is magic, and consents to all. */
async function goOnAs(user: User, asked: AuthorizationRequest, client: Client, reply: FastifyReply, exchange: Exchange): Promise<void> {
  const { context, sandbox } = exchange
  context.trace.username = user.username
  if (magicUsers.get(user.username)?.denies === true) throw deny(asked, client, 'The user is magic: deny')
  if (sandbox.sessions) rememberConsent(asked, client, user, asked.scope, sandbox)
  return sendAnswer(reply, exchange, await allow(asked, client, user, { session: sessionOf(reply.request, exchange) }, context))
}

/** Of a request that an app sent from a frame of its own: what a browser keeps back there. */
function inFrame(obstacle: Obstacle, { headers }: FastifyRequest, exchange: Exchange): Obstacle {
  const isForeignFrame = headers['sec-fetch-site'] === 'cross-site' && /^(i?frame|embed|object)$/.test(String(headers['sec-fetch-dest']))
  if (!exchange.sandbox.sessions || !isForeignFrame || isSecure(exchange)) return obstacle
  const why = 'the request came from a frame of another site, into which no browser lets a session over http; over https it comes along'
  return { ...obstacle, explanation: `${obstacle.explanation}: ${why}` }
}

/** RFC 6749 §3.1. */
export const authorizeEndpoint: ProtocolEndpoint = {
  endpoint: 'authorize',
  page: true,
  paths: ({ paths, steps }) => [paths.authorize, paths.sign_in, steps?.path],
  handlers: { GET: getAuthorize, POST: postAuthorize },
}
