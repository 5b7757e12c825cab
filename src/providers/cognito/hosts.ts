/** The vendor's hosts: that of the JSON API and the issuer, the issuer's for pools of several regions, and those of pages and the OAuth endpoints, a domain each. */
export const cognitoHosts: readonly string[] = [
  'cognito-idp.*.amazonaws.com',
  'issuer-cognito-idp.*.amazonaws.com',
  '*.auth.*.amazoncognito.com',
  '*.auth-fips.*.amazoncognito.com',
]
