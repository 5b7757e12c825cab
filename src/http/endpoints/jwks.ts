import type { PublicJwk } from '../../oauth/jose/keys.ts'
import { type Constant, constant, type ProtocolEndpoint } from '../endpoint.ts'
import { exchangeOf } from '../exchange.ts'

/** The document of each key set, made once. */
const documents = new WeakMap<readonly PublicJwk[], Constant>()

function documentOf(keys: readonly PublicJwk[]): Constant {
  const known = documents.get(keys)
  if (known !== undefined) return known
  const document = constant(JSON.stringify({ keys }))
  documents.set(keys, document)
  return document
}

/** RFC 7517 §5. */
export const jwksEndpoint: ProtocolEndpoint = {
  endpoint: 'jwks',
  paths: ({ paths }) => [paths.jwks],
  constant({ context }) {
    const { published } = context.realm.keys
    return published === undefined ? undefined : documentOf(published)
  },
  handlers: {
    async GET(request, reply) {
      const keys = await exchangeOf(request).context.realm.keys.publicKeys()
      reply.type('application/json').send(documentOf(keys).body)
    },
  },
}
