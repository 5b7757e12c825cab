import { OAuthError, PageError } from '../../oauth/model/errors.ts'
import type { ApiRequest, Route } from '../provider.ts'
import { realmDataOf } from './realm-data-of.ts'

const realm = '/realms/{realm}'

function registrations({ context }: ApiRequest): never {
  if (realmDataOf(context).settings.registrationAllowed === true) {
    throw new OAuthError('not_found', 'Not found', 'Users who register themselves are not built')
  }
  throw new PageError('access_denied', 'Registration not allowed', 'registrationAllowed of the realm is false')
}

function oldForm(): never {
  throw new PageError('transaction_unknown', 'This sign-in is over', 'No form that is open leads here')
}

function otherProtocol({ params }: ApiRequest): never {
  const why = `There is no protocol '${params.protocol}'; there is openid-connect`
  throw new OAuthError('not_found', 'Protocol not found', why).naming({ member: 'error' })
}

/** Paths of the vendor's that answer with an error of their own. */
export const elsewhere: readonly Route[] = [
  { method: 'GET', path: `${realm}/protocol/openid-connect/registrations`, endpoint: 'authorize', handle: registrations },
  { method: 'POST', path: `${realm}/login-actions/authenticate`, endpoint: 'authorize', handle: oldForm },
  { method: 'GET', path: `${realm}/protocol/:protocol`, handle: otherProtocol },
]
