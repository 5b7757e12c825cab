import { readClaims } from '../../oauth/jose/jwt.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { ApiRequest, Route } from '../provider.ts'
import { members } from './realm/members.ts'

const realm = '/realms/{realm}'

function otherProtocol({ params }: ApiRequest): never {
  const why = `There is no protocol '${params.protocol}'; there is openid-connect`
  throw new OAuthError('not_found', 'Protocol not found', why).naming({ member: 'error' })
}

/** Where an identity provider would tell of a sign-out; there is none. */
function backchannelLogout({ body }: ApiRequest): never {
  const { logout_token } = members(body)
  const refuse = (says: string, why: string) =>
    new OAuthError('invalid_request', says, why).naming({ error: 'invalid_request', member: 'error_description' })
  if (typeof logout_token !== 'string' || logout_token === '') throw refuse('No logout token', 'logout_token did not come')
  if (readClaims(logout_token) === undefined) throw refuse('The decode of the logoutToken failed', 'logout_token is no JWT')
  throw refuse('No Identity Provider has been found', 'Identity providers are not built')
}

/** Paths of the vendor's that answer with an error of their own. */
export const elsewhere: readonly Route[] = [
  { method: 'POST', path: `${realm}/protocol/openid-connect/logout/backchannel-logout`, handle: backchannelLogout },
  { method: 'GET', path: `${realm}/protocol/:protocol`, handle: otherProtocol },
]
