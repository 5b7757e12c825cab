import { redeemDeferred } from '../deferred/deferred.ts'
import { deviceCodeType } from '../model/grant-names.ts'
import type { GrantType } from '../realm/context.ts'

/** RFC 8628 §3.4. */
export const deviceCode: GrantType = {
  grant_type: deviceCodeType,
  redeem: (parameters, client, context) => redeemDeferred(deviceCodeType, 'device_code', parameters.device_code, client, context),
}
