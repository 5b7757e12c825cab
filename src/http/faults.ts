import type { FastifyReply, FastifyRequest } from 'fastify'
import { readRequest } from '../oauth/clients/dialect.ts'
import { basicCredentials } from '../oauth/clients/methods/secret.ts'
import { findToken } from '../oauth/endpoints/introspection.ts'
import type { Beforehand } from '../oauth/faults/kind.ts'
import { beforehand, strikesOn, waits } from '../oauth/faults/strike.ts'
import { targetParameters } from '../oauth/model/resource.ts'
import { presentedToken } from '../oauth/proof/presented-token.ts'
import type { Context } from '../oauth/realm/context.ts'
import type { CodeOwner } from '../oauth/storage/store.ts'
import { keyOfCode } from '../oauth/tokens/formats.ts'
import type { Occasion } from '../sandbox/faults.ts'
import type { Handler } from './endpoint.ts'
import { type Exchange, exchangeOf } from './exchange.ts'
import { harmless } from './harmless.ts'
import { dropConnection } from './journal-hook.ts'

/** A handler that a fault of its sandbox may strike; without faults it costs one comparison. */
export function withFaults(handler: Handler): Handler {
  return (request, reply) => {
    const exchange = exchangeOf(request)
    return exchange.sandbox.faults.size === 0 ? handler(request, reply) : struck(handler, request, reply, exchange)
  }
}

async function struck(handler: Handler, request: FastifyRequest, reply: FastifyReply, exchange: Exchange): Promise<void> {
  const occasion = occasionOf(request, exchange)
  const fault = exchange.sandbox.faults.strike(occasion)
  if (fault === undefined) return handler(request, reply)
  exchange.context.fault = fault
  noteWhose(exchange, occasion)
  const strikes = strikesOn(exchange.context)
  await waits(strikes)
  // The client may have lost its patience; then nobody is there to be answered, and nothing is changed any more.
  if (request.raw.socket.destroyed) return void reply.hijack()
  const { drop, reply: given, ...sent } = beforehand(strikes, exchange.endpoint)
  const headers = harmless(sent.headers ?? {}, exchange.context)
  if (drop === true) return dropConnection(exchange, request, reply)
  reply.headers(headers)
  return given === undefined ? handler(request, reply) : sayAsGiven(reply, given, headers)
}

/** A request that a fault may strike, and what it brings that leads to a grant. */
interface Asked extends Occasion {
  code: string | undefined
  token: string | undefined
}

/** The journal says whose request it was also when no handler sees it. */
function noteWhose({ context, endpoint }: Exchange, { client_id, grant_type, code, token }: Asked): void {
  const { trace } = context
  if (client_id !== undefined) trace.client_id = client_id
  if (endpoint === 'token' && grant_type !== undefined) trace.grant_type = grant_type
  const grant_id = token === undefined ? ownerOfCode(code, context)?.grant_id : findToken(token, context)?.token.grant.id
  if (grant_id !== undefined) trace.grant_id = grant_id
}

function ownerOfCode(code: string | undefined, { realm }: Context): CodeOwner | undefined {
  const key = code === undefined ? undefined : keyOfCode(code, realm)
  return key === undefined ? undefined : realm.store.ownerOfCode(key)
}

function sayAsGiven(
  reply: FastifyReply,
  { status, body }: NonNullable<Beforehand['reply']>,
  headers: Readonly<Record<string, string>>,
): void {
  reply.code(status)
  if (body === undefined || typeof body === 'string') reply.send(body ?? '')
  else reply.type(headers['content-type'] ?? headers['Content-Type'] ?? 'application/json').send(JSON.stringify(body))
}

/** What is known of a request before it is answered; tokens and codes are looked at only when a fault asks for a username. */
function occasionOf(request: FastifyRequest, exchange: Exchange): Asked {
  const { parameters } = readRequest(
    request.method === 'POST' ? request.body : request.query,
    { realm: exchange.sandbox, trace: {} },
    targetParameters,
  )
  const { endpoint, context } = exchange
  const bearer = presentedToken(request.headers.authorization, parameters.access_token)?.token
  const shown = endpoint === 'token' ? parameters.refresh_token : endpoint === 'revocation' ? parameters.token : bearer
  const occasion: Asked = {
    endpoint,
    grant_type: parameters.grant_type,
    client_id: basicCredentials(request.headers.authorization)?.[0]?.client_id ?? parameters.client_id,
    username: parameters.username ?? parameters.login_hint,
    code: parameters.code,
    token: shown,
  }
  const { wantsUsername } = exchange.sandbox.faults
  if (shown !== undefined && (endpoint !== 'token' || wantsUsername)) {
    const found = findToken(shown, context)
    occasion.client_id ??= found?.token.client.client_id
    occasion.username ??= found?.token.user?.username
  }
  if (wantsUsername) occasion.username ??= ownerOfCode(parameters.code, context)?.username
  return occasion
}
