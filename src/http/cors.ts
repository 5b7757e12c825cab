import type { FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify'
import type { Provider } from '../providers/provider.ts'
import { exchangeOf } from './exchange.ts'

/** The headers by which any page can read an answer. */
export const readable: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Grantbox-Explain, Grantbox-Reason, WWW-Authenticate, DPoP-Nonce, Location, ETag, Retry-After',
}

/** Lets any page read the answer of an endpoint that is called by scripts; the pages that people sign in on have no such headers. */
export function allowOrigin(request: FastifyRequest, reply: FastifyReply): void {
  const { origin } = request.headers
  if (origin === undefined) return
  const { sandbox, endpoint } = exchangeOf(request)
  reply.headers(sandbox.provider.cors_headers?.(origin, endpoint) ?? readable)
}

/** Lets the pages of an origin read the answer to a request that their cookies came with. */
function allowCookies(reply: FastifyReply, origin: string): void {
  reply.header('Access-Control-Allow-Origin', origin).header('Access-Control-Allow-Credentials', 'true').header('Vary', 'Origin')
}

/** Answers a preflight (Fetch standard §3.2.2), which never carries credentials. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply, methods: readonly string[], mayRead: Provider['cors']): void {
  const { origin } = request.headers
  const { context, endpoint, sandbox } = exchangeOf(request)
  const own = sandbox.provider.cors_headers?.(origin ?? '', endpoint, methods)
  if (own !== undefined) {
    reply.code(200).removeHeader('access-control-expose-headers').headers(own).send()
    return
  }
  const asked = request.headers['access-control-request-headers']
  reply
    .code(204)
    .header('Allow', methods.join(', '))
    .header('Access-Control-Allow-Origin', '*')
    .header('Access-Control-Allow-Methods', methods.join(', '))
    .header('Access-Control-Allow-Headers', ['authorization', 'content-type', ...(asked === undefined ? [] : [asked])].join(', '))
    .header('Access-Control-Max-Age', '600')
  if (origin !== undefined && mayRead?.({ origin, endpoint, client: undefined, context }) === 'with_cookies') allowCookies(reply, origin)
  reply.send()
}

/** What a page reads by. */
const taken = [...Object.keys(readable), 'access-control-allow-credentials']

/** Takes back what {@link allowOrigin} gave where the vendor lets no such page read the answer, which is known when it is there. */
export function keepToOrigins(mayRead: NonNullable<Provider['cors']>): onSendHookHandler {
  return (request, reply, payload, done) => {
    const { origin } = request.headers
    if (origin !== undefined && request.method !== 'OPTIONS') {
      const { context, endpoint, sandbox } = exchangeOf(request)
      const { client_id } = context.trace
      const client = client_id === undefined ? undefined : sandbox.store.findClient(client_id)
      const allowed = mayRead({ origin, endpoint, client, context })
      if (allowed === false) for (const name of taken) reply.removeHeader(name)
      if (allowed === 'with_cookies') allowCookies(reply, origin)
    }
    done(null, payload)
  }
}
