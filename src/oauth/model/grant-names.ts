/** RFC 8628 §3.4. */
export const deviceCodeType = 'urn:ietf:params:oauth:grant-type:device_code'
/** RFC 7523 §2.1. */
export const jwtBearerType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** RFC 8693 §2.1. */
export const tokenExchangeType = 'urn:ietf:params:oauth:grant-type:token-exchange'
/** OpenID Connect Client-Initiated Backchannel Authentication §10.1. */
export const cibaType = 'urn:openid:params:grant-type:ciba'
