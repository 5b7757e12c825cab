import { refusal } from '../../oauth/model/errors.ts'
import type { AuthorizationRequest, Client, User } from '../../oauth/model/records.ts'
import type { Space } from '../../oauth/model/space.ts'
import { refuse } from './errors.ts'
import { upnOf } from './people-claims.ts'
import { foreignTenantOf, homeIssuer, isShared } from './tenants.ts'

/** What is said of a user of another tenant where one was named that is not his; undefined of everybody else. */
function strangerAt(user: User, space: Space | undefined) {
  const tid = foreignTenantOf(user)
  if (tid === undefined || isShared(space?.asked.tenant) || tid === space?.path.tenant) return undefined
  const explanation = `The claim tid of user '${user.username}' says that he is of tenant ${tid}, and the path has /${space?.asked.tenant}`
  return { explanation, about: { email: user.email ?? upnOf(user), idp: homeIssuer(tid) } }
}

/** @throws OAuthError for a user of another tenant, whom a password does not tell from one that nobody knows */
export function checkHome(user: User, grant_type: string | undefined, space: Space | undefined): void {
  const stranger = strangerAt(user, space)
  if (stranger !== undefined) throw refuse(grant_type === 'password' ? 50034 : 50020, stranger.explanation, stranger.about)
}

/** @throws OAuthError the same as a page, and at the client's where no page may be shown */
export function checkHomeAtSignIn(user: User, request: AuthorizationRequest, client: Client, space: Space | undefined): void {
  const stranger = strangerAt(user, space)
  if (stranger === undefined) return
  const refused = refuse(50020, stranger.explanation, stranger.about)
  if (!request.prompt.includes('none')) throw refused
  throw refusal(request, client, 'interaction_required', refused.message, stranger.explanation).naming(refused.about)
}
