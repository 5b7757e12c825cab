import { OAuthError } from '../../oauth/model/errors.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'

/** A form's records, so that a token can be used on something; the vendor documents no resource. */
const customers = [
  { id: '1', name: 'Acme Corporation', country: 'AR', active: true },
  { id: '2', name: 'Globex', country: 'BR', active: true },
  { id: '3', name: 'Initech', country: 'CL', active: false },
]

function authorized(handle: (request: ApiRequest) => Reply): Route['handle'] {
  return async (request) => {
    await requireAccessToken(presentedToken(request.authorization, undefined), request.context)
    return handle(request)
  }
}

/** The demo resource. */
export const deyelRoutes: readonly Route[] = [
  { method: 'GET', path: '/rest/v1/customers', handle: authorized(() => ({ status: 200, body: customers })) },
  {
    method: 'GET',
    path: '/rest/v1/customers/:id',
    handle: authorized(({ params }) => {
      const body = customers.find((customer) => customer.id === params.id)
      if (body === undefined) throw new OAuthError('not_found', 'Record not found', `There is no customer '${params.id}'; there are 1 to 3`)
      return { status: 200, body }
    }),
  },
]
