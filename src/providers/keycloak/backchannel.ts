import { after } from '../../basics/maybe-promise.ts'
import { deferredGrant } from '../../oauth/grants/deferred.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import { cibaType } from '../../oauth/model/grant-names.ts'
import type { GrantType, RequestDialect } from '../../oauth/realm/context.ts'
import { members, text } from './realm/members.ts'
import { realmDataOf } from './realm-data-of.ts'
import { refuseUndone } from './todo.ts'

const badMessage =
  'the binding_message value has to be max 50 characters in length and must contain only basic plain-text characters without spaces'

/** The vendor asks for users by name alone, and lets a request wait as its realm says, whatever the client would like. */
export const backchannelRequest: NonNullable<RequestDialect['backchannel']> = (parameters, context) => {
  const { id_token_hint: _id, login_hint_token: _token, requested_expiry, user_code, ...read } = parameters
  const { binding_message: message } = read
  if (message !== undefined && !/^[a-zA-Z0-9._+/!?#-]{1,50}$/.test(message))
    throw new OAuthError('invalid_binding_message', badMessage, `binding_message is '${message}'`)
  if (requested_expiry !== undefined && !/^-?\d+$/.test(requested_expiry))
    throw new OAuthError('invalid_request', `For input string: "${requested_expiry}"`, 'requested_expiry is no whole number')
  if (user_code !== undefined) throw new OAuthError('invalid_request', 'User code not supported', 'user_code came')
  const { backchannel_ttl, backchannel_interval } = context.realm.settings
  const { cibaExpiresIn, cibaInterval } = members(realmDataOf(context).settings.attributes)
  return {
    read,
    expires_in: Number(text(cibaExpiresIn)) || backchannel_ttl,
    interval: Number(text(cibaInterval)) || backchannel_interval,
  }
}

const ciba = deferredGrant(cibaType, 'auth_req_id')

/** A user who has something to do first gets no tokens this way either. */
export const keycloakCiba: GrantType = {
  ...ciba,
  redeem: (parameters, client, context) =>
    after(ciba.redeem(parameters, client, context), (issue) => {
      if (issue.user !== undefined) refuseUndone(issue.user, context)
      return issue
    }),
}
