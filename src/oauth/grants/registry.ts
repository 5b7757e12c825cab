/**
 * In this room: the grant types, one file each: a grant decides what to issue.
 * Elsewhere: the making of tokens (`tokens/`).
 */

import type { GrantType } from '../realm/context.ts'
import { authorizationCode } from './authorization-code.ts'
import { clientCredentials } from './client-credentials.ts'
import { ciba, deviceCode } from './deferred.ts'
import { jwtBearer } from './jwt-bearer.ts'
import { password } from './password.ts'
import { refreshToken } from './refresh-token.ts'
import { tokenExchange } from './token-exchange.ts'

/** Every grant type that the protocol knows, by its name on the wire. */
export const grantTypes: ReadonlyMap<string, GrantType> = new Map(
  [authorizationCode, refreshToken, clientCredentials, password, deviceCode, ciba, jwtBearer, tokenExchange].map((one) => [
    one.grant_type,
    one,
  ]),
)
