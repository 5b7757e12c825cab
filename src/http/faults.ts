import type { FastifyReply, FastifyRequest } from 'fastify'
import { basicCredentials } from '../oauth/clients/methods/secret.ts'
import { findToken } from '../oauth/endpoints/introspection.ts'
import { wait } from '../oauth/faults/misbehave.ts'
import { challenge } from '../oauth/model/challenge.ts'
import { type ErrorCode, OAuthError } from '../oauth/model/errors.ts'
import type { Misbehaviour } from '../oauth/model/fault.ts'
import { handleKey } from '../oauth/model/handle.ts'
import { readParameters } from '../oauth/model/parameters.ts'
import { presentedToken } from '../oauth/proof/presented-token.ts'
import type { Occasion } from '../sandbox/faults.ts'
import type { Handler } from './endpoint.ts'
import { type Exchange, exchangeOf } from './exchange.ts'
import { journalEntry } from './journal-hook.ts'

/** A handler that misbehaves when a fault of its sandbox says so; without faults it costs one comparison. */
export function withFaults(handler: Handler): Handler {
  return (request, reply) => {
    const exchange = exchangeOf(request)
    return exchange.sandbox.faults.size === 0 ? handler(request, reply) : misbehave(handler, request, reply, exchange)
  }
}

async function misbehave(handler: Handler, request: FastifyRequest, reply: FastifyReply, exchange: Exchange): Promise<void> {
  const { faults } = exchange.sandbox
  const fault = faults.strike(await occasionOf(request, exchange))
  if (fault === undefined) return handler(request, reply)
  exchange.context.fault = fault
  const explanation = `A fault of the sandbox says so: ${fault.id}`
  if (fault.delay_ms !== undefined) {
    await wait(fault.delay_ms)
    // The client may have lost its patience; then nobody is there to be answered, and nothing is changed any more.
    if (request.raw.socket.destroyed) return void reply.hijack()
  }
  if (fault.drop === true) {
    exchange.explanation = explanation
    exchange.sandbox.journal.add(journalEntry(exchange, request, 0, {}, undefined))
    reply.hijack()
    request.raw.socket.destroy()
    return
  }
  if (fault.status !== undefined && fault.error === undefined) return sayAsGiven(reply, fault)
  if (fault.error !== undefined) {
    throw new OAuthError(
      fault.error as ErrorCode,
      fault.error_description ?? 'A fault was asked for',
      explanation,
      { ...challengeOf(fault, exchange), ...fault.headers },
      fault.status,
    )
  }
  if (fault.headers !== undefined) reply.headers(fault.headers)
  return handler(request, reply)
}

/** The refusal of a resource challenges its caller (RFC 6750 §3). */
function challengeOf({ error, error_description }: Misbehaviour, { endpoint }: Exchange): Record<string, string> {
  const isResource = endpoint === 'api' || endpoint === 'userinfo'
  if (!isResource || (error !== 'invalid_token' && error !== 'insufficient_scope')) return {}
  return { 'WWW-Authenticate': challenge('Bearer', error, error_description) }
}

function sayAsGiven(reply: FastifyReply, { status = 200, headers = {}, body }: Misbehaviour): void {
  reply.code(status).headers(headers)
  if (body === undefined || typeof body === 'string') reply.send(body ?? '')
  else reply.type(headers['content-type'] ?? headers['Content-Type'] ?? 'application/json').send(JSON.stringify(body))
}

/** What is known of a request before it is answered; tokens and codes are looked at only when a fault asks for a username. */
async function occasionOf(request: FastifyRequest, exchange: Exchange): Promise<Occasion> {
  const { parameters } = readParameters(request.method === 'POST' ? request.body : request.query, ['resource', 'audience'])
  const occasion: Occasion = {
    endpoint: exchange.endpoint,
    grant_type: parameters.grant_type,
    client_id: basicCredentials(request.headers.authorization)?.[0]?.client_id ?? parameters.client_id,
    username: parameters.username ?? parameters.login_hint,
  }
  const { realm } = exchange.context
  const bearer = presentedToken(request.headers.authorization, parameters.access_token)?.token
  const token = exchange.endpoint === 'token' ? parameters.refresh_token : bearer
  const asksWho = exchange.endpoint !== 'token' || exchange.sandbox.faults.wantsUsername
  if (token !== undefined && asksWho) {
    const found = findToken(token, exchange.context)
    occasion.client_id ??= found?.token.client.client_id
    occasion.username ??= found?.token.user?.username
  }
  if (parameters.code !== undefined && exchange.sandbox.faults.wantsUsername) {
    const key = handleKey(parameters.code)
    occasion.username ??= key === undefined ? undefined : realm.store.usernameOfCode(key)
  }
  return occasion
}
