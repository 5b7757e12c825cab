import type { FastifyReply, FastifyRequest } from 'fastify'

/** The headers by which any page can read an answer. */
export const readable: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Grantbox-Explain, WWW-Authenticate, DPoP-Nonce, Location, ETag, Retry-After',
}

/** Lets any page read the answer of an endpoint that is called by scripts; the pages that people sign in on have no such headers. */
export function allowOrigin(request: FastifyRequest, reply: FastifyReply): void {
  if (request.headers.origin !== undefined) reply.headers(readable)
}

/** Answers a preflight (Fetch standard §3.2.2), which never carries credentials. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply, methods: readonly string[]): void {
  const asked = request.headers['access-control-request-headers']
  reply
    .code(204)
    .header('Allow', methods.join(', '))
    .header('Access-Control-Allow-Origin', '*')
    .header('Access-Control-Allow-Methods', methods.join(', '))
    .header('Access-Control-Allow-Headers', ['authorization', 'content-type', ...(asked === undefined ? [] : [asked])].join(', '))
    .header('Access-Control-Max-Age', '600')
    .send()
}
