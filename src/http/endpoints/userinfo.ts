import type { FastifyReply, FastifyRequest } from 'fastify'
import { readRequest } from '../../oauth/clients/dialect.ts'
import { userinfo } from '../../oauth/endpoints/userinfo.ts'
import { challenged } from '../../oauth/model/challenge.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import { noteUnread } from '../../oauth/realm/unread.ts'
import { noStore, type ProtocolEndpoint, sendJson } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'
import { noteQuery, takenQuery } from './client-query.ts'

async function answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { context } = exchangeOf(request)
  const inQuery = context.realm.requests?.query?.userinfo
  if (inQuery === undefined) noteQuery(request)
  const { parameters: body } = readRequest(request.method === 'POST' ? request.body : undefined, context)
  const parameters = { ...readRequest(takenQuery(request, inQuery ?? []), context).parameters, ...body }
  const presented = presentedToken(request.headers.authorization, parameters.access_token)
  if (context.realm.requests?.one_token === true && request.headers.authorization !== undefined && parameters.access_token !== undefined) {
    const explanation = 'An access token came in the Authorization header and in the form; one place is enough (RFC 6750 §2)'
    throw challenged('Bearer', 'parameter_repeated', 'More than one method used for including an access token', explanation)
  }
  const read = presented?.token === parameters.access_token ? ['access_token'] : []
  noteUnread(parameters, [read], 'at the userinfo endpoint', context)
  const claims = await userinfo(presented, context)
  if (typeof claims === 'string') noStore(reply).type('application/jwt').send(claims)
  else sendJson(reply, claims)
}

/** OpenID Connect Core §5.3. */
export const userinfoEndpoint: ProtocolEndpoint = {
  endpoint: 'userinfo',
  paths: ({ paths }) => [paths.userinfo],
  handlers: { GET: answer, POST: answer },
}
