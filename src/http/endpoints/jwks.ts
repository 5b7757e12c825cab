import type { PublicJwk } from '../../oauth/jose/keys.ts'
import type { Context } from '../../oauth/realm/context.ts'
import type { ProtocolEndpoint } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'
import { noteQuery } from './client-query.ts'

/** The document of each key set, made once, unless the vendor words it for whoever asks. */
const documents = new WeakMap<readonly PublicJwk[], string>()

function documentOf(keys: readonly PublicJwk[], { realm, issuer, space }: Context): string {
  if (realm.keys.published !== undefined) return JSON.stringify({ keys: realm.keys.published(keys, issuer, space?.edition) })
  const known = documents.get(keys)
  if (known !== undefined) return known
  const document = JSON.stringify({ keys })
  documents.set(keys, document)
  return document
}

/** RFC 7517 §5. */
export const jwksEndpoint: ProtocolEndpoint = {
  endpoint: 'jwks',
  paths: ({ paths }) => [paths.jwks],
  handlers: {
    async GET(request, reply) {
      noteQuery(request)
      const { context } = exchangeOf(request)
      const keys = await context.realm.keys.publicKeys()
      reply.type('application/json').send(documentOf(keys, context))
    },
  },
}
