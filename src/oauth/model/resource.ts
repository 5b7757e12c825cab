import { OAuthError } from './errors.ts'
import type { Parameters } from './parameters.ts'
import type { Grant } from './records.ts'
import { scopes } from './scope.ts'
import type { Settings } from './settings.ts'

/** The parameters that say whom an access token is for; each may come more than once (RFC 8707 §2, RFC 8693 §2.1). */
export const targetParameters: readonly string[] = ['resource', 'audience']

/**
 * Whom the access tokens are to be for: `resource`, absolute URIs without a fragment (RFC 8707 §2), and `audience`, any text, as
 * many vendors have it. Each is allowed by the sandbox.
 */
export function readTargets({ resource, audience }: Parameters, settings: Pick<Settings, 'resources' | 'apis'>): string[] | undefined {
  if (resource === undefined && audience === undefined) return undefined
  const uris = scopes(resource)
  const malformed = uris.find((value) => !/^[a-z][a-z0-9+.-]*:/i.test(value) || !URL.canParse(value) || value.includes('#'))
  if (malformed !== undefined) {
    const explanation = `resource '${malformed}' is no absolute URI without a fragment (RFC 8707 §2)`
    throw new OAuthError('target_invalid', 'resource is malformed', explanation).naming({ resource: malformed })
  }
  const targets = [...new Set([...uris, ...scopes(audience)])]
  const { apis } = settings
  const resources =
    settings.resources ?? (apis.length === 0 ? null : apis.flatMap(({ identifier, client_id }) => [identifier, client_id ?? []].flat()))
  const unknown = targets.find((value) => resources !== null && !resources.includes(value))
  if (unknown === undefined) return targets
  const setting = settings.resources === null ? 'apis' : 'resources'
  const parameter = uris.includes(unknown) ? 'resource' : 'audience'
  const explanation = `${parameter} '${unknown}' is none of the sandbox's setting ${setting}: ${resources?.join(', ') || 'none'}`
  throw new OAuthError('target_unknown', 'This resource is not known', explanation).naming({ resource: unknown })
}

/**
 * The resources of an access token when the token request names some (RFC 8707 §2.2): no more than the user gave.
 * @throws OAuthError `invalid_target`
 */
export function narrowResource(resource: readonly string[], { grant_type, details }: Grant): readonly string[] {
  const granted = details.resource ?? (grant_type === 'authorization_code' ? [] : resource)
  const beyond = resource.find((one) => !granted.includes(one))
  if (beyond === undefined) return resource
  const why = granted.length === 0 ? 'the authorization request named none' : `is none of those that were granted: ${granted.join(', ')}`
  const explanation = `'${beyond}' came as resource or audience, and ${why} (RFC 8707 §2.2)`
  throw new OAuthError('target_not_granted', 'The resource goes beyond the grant', explanation).naming({ resource: beyond })
}
