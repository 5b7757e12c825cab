import { redeemDeferred } from '../deferred.ts'
import type { GrantType } from './grant-type.ts'
import { cibaType } from './names.ts'

/** OpenID Connect Client-Initiated Backchannel Authentication §10.1. */
export const ciba: GrantType = {
  grant_type: cibaType,
  redeem: (parameters, client, context) => redeemDeferred(cibaType, 'auth_req_id', parameters.auth_req_id, client, context),
}
