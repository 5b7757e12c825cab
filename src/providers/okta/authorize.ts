import type { Documents } from '../../oauth/model/documents.ts'
import { missing } from '../../oauth/model/errors.ts'
import type { User } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { RequestDialect } from '../../oauth/realm/context.ts'
import { inFrontChannel } from '../../oauth/realm/response-type.ts'
import { worded } from './errors.ts'
import { orgIdp } from './tokens.ts'

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

const prompts: readonly string[] = ['none', 'login', 'consent', 'enroll_authenticator']

function checkPrompt(asked: readonly string[], max_age: string | undefined): void {
  if (asked.some((one) => !prompts.includes(one))) {
    const text = `Invalid value for 'prompt' parameter. Supported values: [${prompts.join(', ')}]`
    throw worded(['invalid_request', 'parameter_invalid'], text, `prompt is '${asked.join(' ')}'`)
  }
  if (asked.includes('enroll_authenticator')) {
    const text = 'Authenticator enrollment is not allowed at this time. Please contact support for assistance.'
    throw worded('access_denied', text, 'prompt is enroll_authenticator, and here no authenticators are enrolled')
  }
  if (!asked.includes('none') || max_age !== '0') return
  const text = "'prompt' parameter must not have the value 'none' for request with 'zero' as max_age."
  throw worded(['invalid_request', 'parameter_invalid'], text, 'prompt=none wants no page, and max_age=0 wants the sign-in')
}

/** What the vendor asks of an authorization request. */
export const oktaChecks: NonNullable<RequestDialect['checks']> = ({ state, response_type = '', nonce, prompt, max_age, idp }) => {
  if (state === undefined) {
    const text = "The authentication request has an invalid 'state' parameter."
    throw worded(['invalid_request', 'parameter_missing'], text, 'state is missing; this vendor asks for one').naming({
      parameter: 'state',
    })
  }
  checkPrompt(scopes(prompt), max_age)
  if (idp !== undefined && idp !== orgIdp) {
    throw worded('invalid_request', 'Identity provider is not valid.', `idp is '${idp}'; there is ${orgIdp} alone, which is the org itself`)
  }
  if (nonce !== undefined || !inFrontChannel(response_type)) return
  throw missing('nonce', `response_type is '${response_type}', and nonce is missing`, 'nonce_missing')
}
