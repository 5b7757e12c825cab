import { clientOf, clientParameters } from '../clients/authentication.ts'
import { missing, OAuthError } from '../model/errors.ts'
import type { ClientRequest } from '../model/parameters.ts'
import type { Context } from '../realm/context.ts'
import { noteUnread } from '../realm/unread.ts'
import { findToken } from './introspection.ts'

/**
 * Token revocation (RFC 7009 §2). A refresh token takes its grant and all its tokens along; an access token goes alone. A token
 * that is none is no error (§2.2).
 * @throws OAuthError `invalid_grant` when the token is another client's (§2.1: the request is refused)
 */
export async function revoke(read: ClientRequest, context: Context): Promise<void> {
  const client = await clientOf(read, context)
  noteUnread(read.parameters, [clientParameters, ['token']], 'in a revocation', context)
  if (read.parameters.token === undefined) throw missing('token')
  const found = findToken(read.parameters.token, context)
  const stays = context.realm.requests?.revocable?.(read.parameters.token, found?.use, context) === false
  if (found === undefined || stays) return
  if (found.token.client.client_id !== client.client_id) {
    const explanation = `The token was issued to client '${found.token.client.client_id}', not to '${client.client_id}'`
    throw new OAuthError('token_foreign', "The token is not this client's", explanation)
  }
  const { store, clock } = context.realm
  context.trace.grant_id = found.token.grant.id
  if (found.use === 'access' && context.realm.requests?.revokes_grants !== true) store.revokeAccessToken(found.id, clock.now())
  else if (found.use === 'refresh' && context.realm.requests?.access_stays === true) {
    store.endRefresh(found.token.grant.id, 'the client revoked its refresh token')
  } else store.revokeGrant(found.token.grant.id, `the client revoked its ${found.use} token`, clock.now())
}
