import type { FastifyReply, FastifyRequest } from 'fastify'
import { randomText } from '../../basics/random.ts'
import { hasApp } from '../../oauth/clients/unregistered.ts'
import { decide } from '../../oauth/deferred/deferred.ts'
import { cleanUserCode } from '../../oauth/deferred/device.ts'
import { magicUsers } from '../../oauth/faults/magic-users.ts'
import { PageError } from '../../oauth/model/errors.ts'
import { type Parameters, readParameters } from '../../oauth/model/parameters.ts'
import type { Deferred } from '../../oauth/storage/deferred-store.ts'
import { checkPassword } from '../../oauth/users/sign-in.ts'
import type { ProtocolEndpoint } from '../endpoint.ts'
import { explain } from '../errors.ts'
import { type Exchange, exchangeOf } from '../exchange.ts'
import { deviceCodePage, deviceConfirmPage, deviceDonePage, deviceNotAllowedPage, deviceSignInPage } from '../pages/device-pages.ts'

/** GET of the verification page. A code in the address is filled in and no more: whoever follows a link has entered nothing yet. */
function getDevice(request: FastifyRequest, reply: FastifyReply) {
  const { user_code } = readParameters(request.query).parameters
  return deviceCodePage(reply, exchangeOf(request), user_code)
}

/** POST of it: the code, then the steps of signing in and deciding. */
function postDevice(request: FastifyRequest, reply: FastifyReply) {
  const exchange = exchangeOf(request)
  const { parameters } = readParameters(request.body)
  if (parameters.transaction === undefined) return enterCode(reply, exchange, parameters.user_code ?? '')
  const { store, clock } = exchange.sandbox
  const waiting = store.findDeferred(parameters.transaction, clock.now())
  if (waiting === undefined) throw over()
  exchange.context.trace.client_id = waiting.client.client_id
  if (waiting.user !== undefined) exchange.context.trace.username = waiting.user.username
  return parameters.decision === undefined
    ? signIn(reply, exchange, waiting, parameters)
    : takeDecision(reply, exchange, waiting, parameters.decision)
}

function over(): PageError {
  const explanation = 'The transaction is unknown: its code has expired, was decided on, or was entered once more elsewhere'
  return new PageError('invalid_request', 'This code is used up or too old. Start again on your device.', explanation)
}

function enterCode(reply: FastifyReply, exchange: Exchange, typed: string) {
  const { store, clock, name } = exchange.sandbox
  const code = cleanUserCode(typed)
  const waiting = code === undefined ? undefined : store.openDeferred(code, randomText(32), clock.now())
  if (waiting === undefined) {
    const why =
      code === undefined
        ? `'${typed}' is no user code, which has eight letters (RFC 8628 §6.1)`
        : `user_code '${code}' was not issued by sandbox '${name}', has expired, or was decided on`
    explain(exchange, { code: 'invalid_request', explanation: why }, reply)
    return deviceCodePage(reply.code(400), exchange, typed, 'This code is not right, or it is too old.')
  }
  exchange.context.trace.client_id = waiting.client.client_id
  return deviceSignInPage(reply, exchange, waiting)
}

function signIn(reply: FastifyReply, exchange: Exchange, waiting: Deferred, parameters: Parameters) {
  const { sandbox } = exchange
  const picked = parameters.pick === undefined ? undefined : sandbox.store.findUser(parameters.pick)
  const oneClick = picked !== undefined && !picked.disabled && hasApp(picked, waiting.client, exchange.context)
  const username = parameters.username ?? parameters.pick ?? ''
  const checked = oneClick ? ({ ok: true, user: picked } as const) : checkPassword(username, parameters.password ?? '', sandbox)
  if (!checked.ok) {
    explain(exchange, { code: 'access_denied', explanation: checked.explanation }, reply)
    return deviceSignInPage(reply.code(401), exchange, waiting, { username, error: 'Username or password is not right.' })
  }
  sandbox.store.setDeferredUser(waiting.interaction_id, checked.user)
  exchange.context.trace.username = checked.user.username
  return nextPage(reply, exchange, { ...waiting, user: checked.user })
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
      return deviceSignInPage(reply, exchange, waiting)
    case 'add':
      if (user !== undefined && user.type !== 'kid') store.addUserToApp(user, client)
      return nextPage(reply, exchange, waiting)
    case 'allow':
      if (user === undefined || !hasApp(user, client, exchange.context)) return nextPage(reply, exchange, waiting)
      return finish(reply, exchange, waiting, magicUsers.get(user.username)?.denies === true ? 'denied' : 'allowed')
  }
  const known = 'allow, deny, cancel, switch, add, ask'
  throw new PageError('invalid_request', 'This decision is not known', `decision '${decision}' is none of: ${known}`)
}

/** The page at which it stands: sign in, get the app, decide. */
function nextPage(reply: FastifyReply, exchange: Exchange, waiting: Deferred) {
  const { user, client } = waiting
  if (user === undefined) return deviceSignInPage(reply, exchange, waiting)
  if (!hasApp(user, client, exchange.context)) return deviceNotAllowedPage(reply, exchange, waiting, user)
  return deviceConfirmPage(reply, exchange, waiting, user)
}

function finish(reply: FastifyReply, exchange: Exchange, waiting: Deferred, decision: 'allowed' | 'denied') {
  if (decide(waiting, decision, exchange.sandbox) === undefined) throw over()
  return deviceDonePage(reply, exchange, waiting, decision === 'allowed')
}

/** RFC 8628 §3.3. */
export const deviceEndpoint: ProtocolEndpoint = {
  endpoint: 'authorize',
  page: true,
  paths: ({ paths }) => [paths.device],
  handlers: { GET: getDevice, POST: postDevice },
}
