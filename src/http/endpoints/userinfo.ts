import type { FastifyReply, FastifyRequest } from 'fastify'
import { readRequest } from '../../oauth/clients/dialect.ts'
import { userinfo } from '../../oauth/endpoints/userinfo.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import { noStore, type ProtocolEndpoint, sendJson } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'

async function answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { context } = exchangeOf(request)
  const { parameters } = readRequest(request.method === 'POST' ? request.body : undefined, context.realm.requests)
  const claims = await userinfo(presentedToken(request.headers.authorization, parameters.access_token), context)
  if (typeof claims === 'string') noStore(reply).type('application/jwt').send(claims)
  else sendJson(reply, claims)
}

/** OpenID Connect Core §5.3. */
export const userinfoEndpoint: ProtocolEndpoint = {
  endpoint: 'userinfo',
  paths: ({ paths }) => [paths.userinfo],
  handlers: { GET: answer, POST: answer },
}
