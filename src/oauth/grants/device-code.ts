import { redeemDeferred } from '../deferred.ts'
import type { GrantType } from './grant-type.ts'
import { deviceCodeType } from './names.ts'

/** RFC 8628 §3.4. */
export const deviceCode: GrantType = {
  grant_type: deviceCodeType,
  redeem: (parameters, client, context) => redeemDeferred(deviceCodeType, 'device_code', parameters.device_code, client, context),
}
