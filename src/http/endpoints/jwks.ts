import type { KeyDialect, PublicJwk } from '../../oauth/jose/keys.ts'
import type { ProtocolEndpoint } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'
import { noteQuery } from './client-query.ts'

/** The document of each key set, made once. */
const documents = new WeakMap<readonly PublicJwk[], string>()

function documentOf(keys: readonly PublicJwk[], published: KeyDialect['published']): string {
  const known = documents.get(keys)
  if (known !== undefined) return known
  const document = JSON.stringify({ keys: published?.(keys) ?? keys })
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
      const { realm } = exchangeOf(request).context
      const keys = await realm.keys.publicKeys()
      reply.type('application/json').send(documentOf(keys, realm.keys.published))
    },
  },
}
