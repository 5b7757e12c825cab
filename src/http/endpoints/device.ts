import type { FastifyReply, FastifyRequest } from 'fastify'
import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import { randomText } from '../../basics/random.ts'
import { hasApp } from '../../oauth/clients/unregistered.ts'
import { decide } from '../../oauth/deferred/deferred.ts'
import { cleanUserCode, formatUserCode } from '../../oauth/deferred/device.ts'
import { magicUsers } from '../../oauth/faults/magic-users.ts'
import { PageError } from '../../oauth/model/errors.ts'
import { type Parameters, readParameters } from '../../oauth/model/parameters.ts'
import type { GrantDetails, User } from '../../oauth/model/records.ts'
import type { Deferred } from '../../oauth/storage/deferred-store.ts'
import type { ProtocolEndpoint } from '../endpoint.ts'
import { explain } from '../errors.ts'
import { type Exchange, exchangeOf, pagePath } from '../exchange.ts'
import { beginSession, sessionOf } from '../pages/browser-session.ts'
import { appView, drawSignIn, namesOf, notAllowedPage, scopeViews, stepAt, userView } from '../pages/pages.ts'
import { firstForm, readForm, type SignInForm, signInWith } from '../pages/sign-in-form.ts'
import { unknownDecision } from '../pages/sign-in-steps.ts'
import { render } from '../pages/views.ts'
import { wordsOf } from '../pages/words.ts'

/**
 * GET of the verification page. A code in the address is filled in and no more, since whoever follows a link has entered nothing yet;
 * some vendors go on with it.
 */
function getDevice(request: FastifyRequest, reply: FastifyReply) {
  const { user_code } = readParameters(request.query).parameters
  const exchange = opened(request)
  if (user_code !== undefined && pagesOf(exchange)?.straight === true) return enterCode(reply, exchange, user_code)
  return codePage(reply, exchange, user_code)
}

/** Nobody enters a code where the vendor takes nothing now. */
function opened(request: FastifyRequest): Exchange {
  const exchange = exchangeOf(request)
  exchange.context.realm.requests?.opens?.(exchange.context)
  return exchange
}

function pagesOf({ sandbox }: Exchange) {
  return sandbox.provider.sign_in?.device
}

/** POST of it: the code, then the steps of signing in and deciding. */
function postDevice(request: FastifyRequest, reply: FastifyReply) {
  const exchange = opened(request)
  const { parameters } = readParameters(request.body)
  if (parameters.transaction === undefined) return enterCode(reply, exchange, parameters[pagesOf(exchange)?.code.name ?? 'user_code'] ?? '')
  const { store, clock } = exchange.sandbox
  const waiting = store.findDeferred(parameters.transaction, clock.now())
  if (waiting === undefined) throw over()
  exchange.context.trace.client_id = waiting.client.client_id
  if (waiting.user !== undefined) exchange.context.trace.username = waiting.user.username
  const said = readForm(exchange, parameters)
  return said.decision === undefined ? signIn(reply, exchange, waiting, said) : takeDecision(reply, exchange, waiting, said.decision)
}

function over(): PageError {
  const explanation = 'The transaction is unknown: its code has expired, was decided on, or was entered once more elsewhere'
  return new PageError('transaction_unknown', 'This code is used up or too old. Start again on your device.', explanation)
}

/** The page on which the code of a device is entered. */
function codePage(reply: FastifyReply, exchange: Exchange, user_code?: string, error?: string): void {
  render(reply, 'device-code', { ...wordsOf(exchange), action: `${pagePath(exchange)}${exchange.paths.device ?? ''}`, user_code, error })
}

function enterCode(reply: FastifyReply, exchange: Exchange, typed: string) {
  const { store, clock, name } = exchange.sandbox
  const code = cleanUserCode(typed)
  const waiting = code === undefined ? 'unknown' : store.openDeferred(code, randomText(32), clock.now())
  if (typeof waiting === 'string') {
    const why =
      code === undefined
        ? `'${typed}' is no user code, which has eight letters (RFC 8628 §6.1)`
        : `user_code '${code}' ${waiting === 'expired' ? 'has expired' : `was not issued by sandbox '${name}', or was decided on`}`
    explain(exchange, { code: 'invalid_request', reason: 'user_code_unknown', explanation: why }, reply)
    const {
      refused_status: status = 400,
      refused = { text: 'This code is not right, or it is too old.' },
      expired,
    } = pagesOf(exchange) ?? {}
    const { text } = (waiting === 'expired' ? expired : undefined) ?? refused
    return codePage(reply.code(status), exchange, typed, text)
  }
  exchange.context.trace.client_id = waiting.client.client_id
  const user = pagesOf(exchange)?.straight === true ? sessionOf(reply.request, exchange)?.user : undefined
  return user === undefined ? signInPage(reply, exchange, waiting) : goOn(reply, exchange, waiting, user)
}

function stepOf(exchange: Exchange, { client, interaction_id }: Deferred) {
  return stepAt(exchange.paths.device, exchange, client, interaction_id)
}

function signInPage(reply: FastifyReply, exchange: Exchange, waiting: Deferred, form: SignInForm = firstForm(exchange, undefined)): void {
  drawSignIn(reply, exchange, stepOf(exchange, waiting), waiting.client, form)
}

function signIn(reply: FastifyReply, exchange: Exchange, waiting: Deferred, parameters: Parameters) {
  const outcome = signInWith(exchange, waiting.client, parameters)
  if ('form' in outcome) {
    if (outcome.problem !== undefined) explain(exchange, outcome.problem, reply)
    return signInPage(reply, exchange, waiting, outcome.form)
  }
  if ('denied' in outcome) return finish(reply, exchange, waiting, 'denied')
  const { user } = outcome
  if (pagesOf(exchange)?.straight === true) beginSession(reply, exchange, user)
  return goOn(reply, exchange, waiting, user)
}

function goOn(reply: FastifyReply, exchange: Exchange, waiting: Deferred, user: User) {
  exchange.sandbox.store.setDeferredUser(waiting.interaction_id, user)
  exchange.context.trace.username = user.username
  return nextPage(reply, exchange, { ...waiting, user })
}

function takeDecision(reply: FastifyReply, exchange: Exchange, waiting: Deferred, decision: string) {
  const { store } = exchange.sandbox
  const { user, client } = waiting
  switch (decision) {
    case 'cancel':
    case 'deny':
    case 'ask':
      return finish(reply, exchange, waiting, 'denied')
    case 'switch':
      store.setDeferredUser(waiting.interaction_id, undefined)
      return signInPage(reply, exchange, waiting)
    case 'add':
      if (user !== undefined && user.type !== 'kid') store.addUserToApp(user, client)
      return nextPage(reply, exchange, waiting)
    case 'allow':
      if (user === undefined || !hasApp(user, client, exchange.context)) return nextPage(reply, exchange, waiting)
      return finish(reply, exchange, waiting, magicUsers.get(user.username)?.denies === true ? 'denied' : 'allowed')
  }
  throw unknownDecision(decision)
}

/** The page at which it stands: sign in, get the app, let the device in, with the code to compare (RFC 8628 §5.4). */
function nextPage(reply: FastifyReply, exchange: Exchange, waiting: Deferred) {
  const { user, client, scope, user_code } = waiting
  if (user === undefined) return signInPage(reply, exchange, waiting)
  const step = { ...stepOf(exchange, waiting), ...wordsOf(exchange, { app: client.app.name, ...namesOf(user) }) }
  if (!hasApp(user, client, exchange.context)) return notAllowedPage(reply, step, user)
  const scopes = scopeViews(exchange, scope)
  return render(reply, 'device-confirm', { ...step, user: userView(user), user_code: formatUserCode(user_code ?? ''), scopes })
}

function finish(reply: FastifyReply, exchange: Exchange, waiting: Deferred, decision: 'allowed' | 'denied') {
  if (decide(waiting, decision, exchange.sandbox, sessionOfDevice(reply, exchange, waiting)) === undefined) throw over()
  return render(reply, 'device-done', { ...wordsOf(exchange), app: appView(exchange, waiting.client.app), allowed: decision === 'allowed' })
}

/** Where devices join the browser's session, that session; whoever signed in before the device came had nothing to do. */
function sessionOfDevice(reply: FastifyReply, exchange: Exchange, { issued_at }: Deferred): GrantDetails | undefined {
  const session = pagesOf(exchange)?.straight === true ? sessionOf(reply.request, exchange) : undefined
  return session && given({ auth_time: seconds(session.auth_time), sid: session.sid, silent: session.auth_time < issued_at || undefined })
}

/** RFC 8628 §3.3. */
export const deviceEndpoint: ProtocolEndpoint = {
  endpoint: 'authorize',
  hosted: 'device',
  page: true,
  paths: ({ paths }) => [paths.device],
  handlers: { GET: getDevice, POST: postDevice },
}
