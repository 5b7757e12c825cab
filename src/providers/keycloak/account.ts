import { digest } from '../../basics/random.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Route } from '../provider.ts'
import { shownUser } from './admin/shown-user.ts'
import { staleness } from './not-before.ts'
import { realmDataOf } from './realm-data-of.ts'

/** One's own account, as keycloak-js loads the profile of its user. */
export const account: Route = {
  method: 'GET',
  path: '/realms/{realm}/account',
  handle({ authorization, context, spaces }) {
    const text = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? ''
    const key = context.realm.tokens.access.keyOf(text)
    const { store, clock } = spaces.find(context.space?.path.realm ?? '') ?? {}
    const token = key === undefined ? 'unknown' : store?.findAccessToken(key, digest(text), clock?.now() ?? 0)
    if (typeof token !== 'object' || token.user === undefined || staleness(token, realmDataOf(context)) !== undefined)
      throw new OAuthError('token_unknown', 'HTTP 401 Unauthorized', 'The account wants an access token of a user: Authorization: Bearer …')
    const { id, username, firstName, lastName, email, emailVerified, attributes } = shownUser(token.user, realmDataOf(context))
    const headers = { 'Content-Type': 'application/json;charset=UTF-8', 'Cache-Control': 'no-cache' }
    return { status: 200, headers, body: JSON.stringify({ id, username, firstName, lastName, email, emailVerified, attributes }) }
  },
}
