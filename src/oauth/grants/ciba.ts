import { redeemDeferred } from '../deferred/deferred.ts'
import { cibaType } from '../model/grant-names.ts'
import type { GrantType } from '../realm/context.ts'

/** OpenID Connect Client-Initiated Backchannel Authentication §10.1. */
export const ciba: GrantType = {
  grant_type: cibaType,
  redeem: (parameters, client, context) => redeemDeferred(cibaType, 'auth_req_id', parameters.auth_req_id, client, context),
}
