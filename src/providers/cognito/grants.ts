import { digest } from '../../basics/random.ts'
import { authenticateClient } from '../../oauth/clients/authentication.ts'
import { authorizationCode } from '../../oauth/grants/authorization-code.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Client } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { Context, GrantType } from '../../oauth/realm/context.ts'
import { uuidHandles } from './uuid.ts'

/** Whatever fails costs the code: the next try is told that it is none, whoever makes it and however right. */
async function orBurn<T>({ code }: Parameters, { realm }: Context, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const id = code === undefined ? undefined : uuidHandles.key(code)
    if (id !== undefined && code !== undefined) realm.store.burnCode(id, digest(code), realm.clock.now())
    throw error
  }
}

const code: GrantType = {
  ...authorizationCode,
  authenticate: (authorization, parameters, context) =>
    orBurn(parameters, context, () => authenticateClient(authorization, parameters, context)),
  redeem: (parameters, client, context) =>
    orBurn(parameters, context, () => {
      if (parameters.redirect_uri === undefined) {
        throw new OAuthError('redirect_missing', 'Parameter redirect_uri is missing', 'redirect_uri is missing; the code is used up now')
      }
      return authorizationCode.redeem(parameters, client, context)
    }),
}

/** Whether each refresh of a client brings another refresh token. */
export function rotates({ metadata }: Client): boolean {
  const { RefreshTokenRotation: rotation } = metadata
  return typeof rotation === 'object' && rotation !== null && 'Feature' in rotation && rotation.Feature === 'ENABLED'
}

/** Seconds that a rotated refresh token still answers. */
function graceOf({ metadata }: Client): number {
  const { RefreshTokenRotation: rotation } = metadata
  return typeof rotation === 'object' && rotation !== null && 'RetryGracePeriodSeconds' in rotation
    ? Number(rotation.RetryGracePeriodSeconds)
    : 0
}

/** The refresh token stays and is not said again, unless the client has them rotate. */
export const refresh: GrantType = {
  ...refreshToken,
  async redeem(parameters, client, context) {
    const rotation = rotates(client) ? ('strict' as const) : ('keep' as const)
    const settings = { ...context.realm.settings, rotation, rotation_grace: graceOf(client) }
    const issue = await refreshToken.redeem(parameters, client, { ...context, realm: { ...context.realm, settings } })
    return rotation === 'keep' ? { ...issue, refresh: 'none' } : issue
  },
}

/** The vendor's way of grant types that the RFCs have. */
export const cognitoGrants: ReadonlyMap<string, GrantType> = new Map([
  ['authorization_code', code],
  ['refresh_token', refresh],
])

/**
 * All of the client's scopes when none is asked for. What tells of a user needs `openid`, and a client by itself has none of these.
 * @throws OAuthError `invalid_scope`
 */
export function scopeOf(requested: string | undefined, { app }: Client, context: Context): string {
  const wanted = scopes(requested)
  if (wanted.length === 0) return app.scopes.join(' ')
  const unknown = wanted.find((one) => !app.scopes.includes(one))
  if (unknown !== undefined && context.realm.settings.strictness !== 'lenient') {
    const explanation = `scope '${unknown}' is none of the client's: ${app.scopes.join(', ')}`
    throw new OAuthError('scope_not_allowed', 'invalid_scope', explanation).naming({ scope: unknown })
  }
  const userScope = wanted.find((one) => ['email', 'phone', 'profile'].includes(one))
  if (userScope !== undefined && !wanted.includes('openid')) {
    throw new OAuthError('scope_invalid', 'invalid_scope', `scope '${userScope}' needs openid beside it`)
  }
  return wanted.join(' ')
}
