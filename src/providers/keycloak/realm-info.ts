import type { Reply, Route } from '../provider.ts'
import { publicKeyDer } from './keys.ts'
import { numberIn, RealmData } from './realm/data.ts'

/** The realm itself: what adapters and health checks ask. */
export const realmInfo: Route = {
  method: 'GET',
  path: '/realms/{realm}',
  endpoint: 'discovery',
  async handle({ context: { realm, issuer, space }, documents }): Promise<Reply> {
    const name = space?.path.realm ?? ''
    const { kid } = await realm.keys.signing('RS256')
    const jwk = await realm.keys.find(kid)
    const body = {
      realm: name,
      public_key: publicKeyDer(jwk ?? {}).toString('base64'),
      'token-service': `${issuer}/protocol/openid-connect`,
      'account-service': `${issuer}/account`,
      'tokens-not-before': numberIn(new RealmData(name, documents).settings, 'notBefore') ?? 0,
    }
    return {
      status: 200,
      headers: { 'Content-Type': 'application/json;charset=UTF-8', 'Cache-Control': 'no-cache' },
      body: JSON.stringify(body),
    }
  },
}
