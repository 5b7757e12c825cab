import { authenticateClient } from '../../oauth/clients/authentication.ts'
import { basicCredentials } from '../../oauth/clients/methods/secret.ts'
import { refreshToken } from '../../oauth/grants/refresh-token.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { GrantType } from '../../oauth/realm/context.ts'

/** The vendor's refresh: the Basic header carries the client's id with an empty password. */
export const deyelRefresh: GrantType = {
  ...refreshToken,
  authenticate(authorization, parameters, context) {
    const [credentials] = basicCredentials(authorization) ?? []
    if (credentials === undefined || credentials.client_secret !== '') return authenticateClient(authorization, parameters, context)
    context.trace.client_id = credentials.client_id
    const client = context.realm.store.findClient(credentials.client_id)
    if (client !== undefined) return client
    const explanation = `client_id '${credentials.client_id}' of the Basic header is not registered in sandbox '${context.realm.name}'`
    throw new OAuthError('invalid_client', 'Client authentication failed', explanation)
  },
}
