import { digest, sameSecret } from '../../basics/random.ts'
import { authorizeDevice } from '../../oauth/deferred/device.ts'
import { deviceCode } from '../../oauth/grants/deferred.ts'
import { missing, OAuthError } from '../../oauth/model/errors.ts'
import { readParameters } from '../../oauth/model/parameters.ts'
import type { Client } from '../../oauth/model/records.ts'
import { issueTokens } from '../../oauth/tokens/issue.ts'
import type { ApiRequest, Reply } from '../provider.ts'
import { ownerOf } from './caller.ts'

/** Seconds for which an app may see a user's data without his coming back. */
export const dataAccess = 90 * 86_400

/** Login for Devices: a code for the user, and what the device asks meanwhile. */

/** What an app on a device has in the place of its secret, which must not be there. */
export function clientToken({ client_id, client_secret }: Pick<Client, 'client_id' | 'client_secret'>): string {
  return digest(`client token ${client_id} ${client_secret}`).toString('hex').slice(0, 32)
}

function read({ query, body }: ApiRequest) {
  const { parameters, problem } = readParameters(body)
  if (problem !== undefined) throw problem
  return { ...query, ...parameters }
}

/** The app, by `id|client token`, or by a token of its own. */
function appOf({ access_token }: ReturnType<typeof read>, { context }: ApiRequest): Client {
  if (access_token === undefined)
    throw new OAuthError('token_missing', 'An access token is needed', 'access_token is the app’s id, | and its client token')
  const [id = '', token = ''] = access_token.split('|')
  const named = context.realm.store.findClient(id)
  const client = named !== undefined && sameSecret(token, clientToken(named)) ? named : ownerOf(access_token, context).client
  context.trace.client_id = client.client_id
  return client
}

/** `POST /device/login`. */
export async function beginDevice(request: ApiRequest): Promise<Reply> {
  const sent = read(request)
  const { client_id, client_secret } = appOf(sent, request)
  const parameters = {
    client_id,
    client_secret: client_secret ?? '',
    ...(sent.scope !== undefined && { scope: sent.scope.replaceAll(',', ' ') }),
  }
  const { device_code, ...told } = await authorizeDevice({ authorization: undefined, parameters, problem: undefined }, request.context)
  const { user_code, expires_in, interval } = told
  const verification_uri = `${request.base_url.replace('//graph.', '//www.')}/device`
  return { status: 200, body: { code: device_code, user_code, verification_uri, expires_in, interval } }
}

/** `POST /device/login_status`. */
export async function pollDevice(request: ApiRequest): Promise<Reply> {
  const sent = read(request)
  const client = appOf(sent, request)
  const { code } = sent
  if (code === undefined) throw missing('code')
  const issue = await deviceCode.redeem({ device_code: code }, client, request.context)
  const { access_token, expires_in, issued_at } = await issueTokens(
    { ...issue, refresh: 'none', id_token: false },
    undefined,
    client,
    request.context,
  )
  return { status: 200, body: { access_token, data_access_expiration_time: issued_at + dataAccess, expires_in } }
}
