import { token } from '../../oauth/endpoints/token.ts'
import { readParameters } from '../../oauth/model/parameters.ts'
import { targetParameters } from '../../oauth/model/resource.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { gatewaySettings } from './settings.ts'

/** The newer API's token form: the client's credentials in the body, no grant type, and tokens that live a day. */
async function directToken({ context, body }: ApiRequest): Promise<Reply> {
  const { parameters, problem } = readParameters(body, targetParameters)
  const access_token_ttl = gatewaySettings.of(context.realm.settings).direct_token_ttl
  const realm = { ...context.realm, settings: { ...context.realm.settings, access_token_ttl } }
  const request = { parameters: { ...parameters, grant_type: 'client_credentials' }, problem, authorization: undefined }
  return {
    status: 200,
    headers: { 'Cache-Control': 'no-store', Pragma: 'no-cache' },
    // The trace is shared, so that the journal learns who it was.
    body: await token(request, { ...context, realm }),
  }
}

/** The second way to a token. */
export const directTokenRoute: Route = { method: 'POST', path: '/v1/auth/token', endpoint: 'token', handle: directToken }
