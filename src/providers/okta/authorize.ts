import type { Documents } from '../../oauth/model/documents.ts'
import { missing } from '../../oauth/model/errors.ts'
import type { User } from '../../oauth/model/records.ts'
import type { RequestDialect } from '../../oauth/realm/context.ts'
import { inFrontChannel } from '../../oauth/realm/response-type.ts'
import { worded } from './errors.ts'

/** What stands for a sign-in that happened elsewhere; it works once. */
interface SessionToken {
  username: string
  expires_at: number
}

const kind = 'okta_session_token'

/** Keeps who signed in, for the authorization request that brings the token. */
export function saveSessionToken(documents: Documents, token: string, { username }: User, expires_at: number): void {
  documents.kind<SessionToken>(kind).put(token, { username, expires_at })
}

/** Who signed in; the token is used up. */
export function takeSessionToken(documents: Documents, token: string, now: number): string | undefined {
  const tokens = documents.kind<SessionToken>(kind)
  const found = tokens.get(token)
  if (found === undefined) return undefined
  tokens.delete(token)
  return found.expires_at > now ? found.username : undefined
}

/** What the vendor has in authorization requests, and who signs in by one. */
export const oktaAuthorization: NonNullable<RequestDialect['authorization']> = {
  parameters: ['sessionToken', 'idp', 'idp_scope', 'display'],
  response_modes: { okta_post_message: 'bare_message' },
  signedIn({ sessionToken }, { realm }) {
    const username = sessionToken && takeSessionToken(realm.documents, sessionToken, realm.clock.now())
    const user = username ? realm.store.findUser(username) : undefined
    return user?.disabled === true ? undefined : user
  },
}

/** What the vendor asks of an authorization request. */
export const oktaChecks: NonNullable<RequestDialect['checks']> = ({ state, response_type = '', nonce }) => {
  if (state === undefined) {
    const text = "The authentication request has an invalid 'state' parameter."
    throw worded(['invalid_request', 'parameter_missing'], text, 'state is missing; this vendor asks for one').naming({
      parameter: 'state',
    })
  }
  if (nonce !== undefined || !inFrontChannel(response_type)) return
  throw missing('nonce', `response_type is '${response_type}', and nonce is missing`, 'nonce_missing')
}
