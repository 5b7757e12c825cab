import { given } from '../../basics/given.ts'
import { digest } from '../../basics/random.ts'
import { missing, OAuthError } from '../model/errors.ts'
import type { Reason } from '../model/reasons.ts'
import { narrow, scopes } from '../model/scope.ts'
import { keyThatCame } from '../proof/sender-constraint.ts'
import type { GrantType } from '../realm/context.ts'
import type { Refusal } from '../storage/store.ts'

const refusals: Record<Refusal, string> = {
  unknown: 'refresh_token was not issued by this sandbox, or it is no refresh token',
  expired: 'refresh_token has expired',
  used: 'refresh_token was used after its time: its successor was used already, so the grant is revoked now (RFC 9700 §4.14.2)',
  revoked: 'the grant of this refresh_token was revoked',
  other_client: 'refresh_token was issued to another client',
}

const reasons = {
  unknown: 'refresh_unknown',
  expired: 'refresh_expired',
  used: 'refresh_used',
  revoked: 'refresh_revoked',
  other_client: 'refresh_foreign',
} as const satisfies Record<Refusal, Reason>

/** RFC 6749 §6; rotation as RFC 9700 §4.14.2 wants it, or as kindly as the sandbox's settings say. */
export const refreshToken: GrantType = {
  grant_type: 'refresh_token',
  parameters: ['refresh_token', 'scope'],
  redeem(parameters, client, { realm, trace, confirmation }) {
    const token = parameters.refresh_token
    if (token === undefined) throw missing('refresh_token')
    const { store, clock } = realm
    const rotation = realm.requests?.rotation?.(client, realm.settings) ?? realm.settings.rotation
    const { rotation_grace } = realm.settings
    const policy = { rotation, rotation_grace, access_stays: realm.requests?.access_stays }
    const key = realm.tokens.refresh.keyOf(token)
    if (key !== undefined && parameters.scope !== undefined) {
      // A scope that is refused must not cost the token: it is looked at before the token is used.
      const found = store.findRefreshToken(key, digest(token), clock.now())
      if (typeof found !== 'string' && found.client.row === client.row) narrow(parameters.scope, scopes(found.scope), 'the refresh token')
    }
    const used = key === undefined ? 'unknown' : store.useRefreshToken(key, digest(token), client, clock.now(), policy, confirmation)
    if (used === 'other_key') {
      const rule = 'The refresh token of a public client is bound to the keys of its first tokens (RFC 9449 §5)'
      throw new OAuthError('key_wrong', 'The refresh token is bound to another key', `${rule}; ${keyThatCame(confirmation)}`)
    }
    if (typeof used === 'string') {
      const why = used === 'revoked' && key !== undefined ? store.whyRevoked(key) : undefined
      const explanation = why === undefined ? refusals[used] : `${refusals[used]}: ${why}`
      throw new OAuthError(reasons[used], 'Refresh token is not valid', explanation).naming(given({ revoked: why }))
    }
    trace.grant_id = used.grant.id
    if (used.user !== undefined) trace.username = used.user.username
    return {
      grant: used.grant,
      user: used.user,
      scope: parameters.scope === undefined ? used.grant.scope : narrow(parameters.scope, scopes(used.grant.scope), 'the refresh token'),
      // Of one generation none supersedes another.
      refresh: {
        id: used.id,
        generation: rotation === 'keep' ? used.generation - 1 : used.generation,
        keep: rotation === 'off' ? token : undefined,
      },
    }
  },
}
