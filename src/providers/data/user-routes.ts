import { after } from '../../basics/maybe-promise.ts'
import { userinfo } from '../../oauth/endpoints/userinfo.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { Route } from '../provider.ts'
import type { OwnUserinfo } from './declaration.ts'
import { statement } from './token-formats.ts'

/** Paths of the vendor's own that tell of a token's user. */
export function userRoutes(paths: Readonly<Record<string, OwnUserinfo>>): Route[] {
  return Object.entries(paths).map(([path, { scope = null, body }]) => {
    const profile = { scope, body: statement(body) }
    return {
      method: 'GET',
      path,
      endpoint: 'userinfo',
      handle: ({ context, authorization, query }) =>
        after(userinfo(presentedToken(authorization, query.access_token), context, profile), (said) => ({ status: 200, body: said })),
    }
  })
}
