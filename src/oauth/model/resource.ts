import { OAuthError } from './errors.ts'
import type { Grant } from './records.ts'

/**
 * The resources of an access token when the token request names some (RFC 8707 §2.2): no more than the user gave.
 * @throws OAuthError `invalid_target`
 */
export function narrowResource(resource: readonly string[], { grant_type, details }: Grant): readonly string[] {
  const granted = details.resource ?? (grant_type === 'authorization_code' ? [] : resource)
  const beyond = resource.find((one) => !granted.includes(one))
  if (beyond === undefined) return resource
  throw new OAuthError(
    'invalid_target',
    'The resource goes beyond the grant',
    granted.length === 0
      ? `resource '${beyond}' came, and the authorization request named none (RFC 8707 §2.2)`
      : `resource '${beyond}' is none of those that were granted: ${granted.join(', ')} (RFC 8707 §2.2)`,
  )
}
