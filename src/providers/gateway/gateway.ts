/**
 * In this room: a gateway before an API: its direct token, and the data behind it.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { token } from '../../oauth/endpoints/token.ts'
import { readParameters } from '../../oauth/model/parameters.ts'
import { targetParameters } from '../../oauth/model/resource.ts'
import { codeOnly } from '../code-only.ts'
import { declareProvider } from '../data/declare.ts'
import type { ApiRequest, Provider, Reply } from '../provider.ts'
import { standardErrorReply } from '../standard/standard.ts'
import { gatewayCollection } from './collection.ts'
import { gatewayRoutes } from './data-api.ts'
import { gatewaySettings } from './settings.ts'

const declared = declareProvider(
  'gateway',
  {
    title: 'Gateway API',
    paths: {
      authorize: '/oauth2/authorize',
      token: '/oauth2/token',
      revocation: '/oauth2/revoke',
      userinfo: '/oauth2/userInfo',
      jwks: '/.well-known/jwks.json',
      discovery: ['openid-configuration'],
    },
    scopes: [
      { name: 'openid', description: 'Who you are' },
      { name: 'profile', description: 'Your name and profile' },
      { name: 'email', description: 'Your e-mail address' },
      { name: 'reso/read', description: 'Reading the data' },
    ],
    ids: {
      client_id: { alphabet: 'lower', length: 26 },
      client_secret: { alphabet: 'lower', length: 51 },
    },
    signing: { alg: 'RS256' },
    access_token: {
      format: 'jwt',
      header: { kid: '{kid}', alg: '{alg}' },
      claims: {
        sub: '{sub}',
        token_use: 'access',
        scope: '{scope}',
        auth_time: '{iat}',
        iss: '{iss}',
        exp: '{exp}',
        iat: '{iat}',
        version: 2,
        jti: '{jti}',
        client_id: '{client_id}',
        username: '{username}',
      },
    },
    token_response: {
      body: {
        id_token: '{id_token}',
        access_token: '{access_token}',
        refresh_token: '{refresh_token}',
        expires_in: '{expires_in}',
        token_type: 'Bearer',
      },
    },
    errors: {
      // The vendor says the code alone, with 400 for a wrong client too.
      statuses: { invalid_client: 400 },
      body: { error: '{error}' },
      endpoints: {
        api: {
          body: { message: '{description}' },
          descriptions: {},
          bodies: {
            invalid_token: { message: 'Unauthorized' },
            not_found: { message: 'Missing Authentication Token' },
            method_not_allowed: { message: 'Missing Authentication Token' },
          },
        },
      },
    },
    texts: { title: 'Sign in', accent: 'teal' },
    company: 'Gateway Demo',
    apps: [
      {
        id: 'app_gateway',
        name: 'Gateway Client',
        description: 'The client of the guide.',
        clients: [{ client_id: 'gateway-client', client_secret: 'gateway-secret' }],
      },
    ],
    users: [
      { username: 'agent', user_id: 'agent', password: 'password', first_name: 'Ann', last_name: 'Agent', email: 'agent@example.com' },
    ],
  },
  codeOnly,
)

/** The gateway refuses before an API is reached, so an expired token, a missing one and a path that nobody has are told apart by it. */
const errorReply: Provider['errorReply'] = (error, endpoint, settings, situation) => {
  const { style, unknown_route_status } = gatewaySettings.of(settings)
  if (endpoint !== 'api') return style === 'rfc' ? standardErrorReply(error) : declared.errorReply(error, endpoint, settings, situation)
  const reply = declared.errorReply(error, endpoint, settings, situation)
  if (error.code === 'invalid_token' && /has expired/.test(error.message)) {
    return { ...reply, body: { message: 'The incoming token has expired' } }
  }
  if ((error.code === 'not_found' && error.message === 'Not found') || error.code === 'method_not_allowed') {
    return { ...reply, status: unknown_route_status }
  }
  return error.code === 'not_found' ? { ...reply, body: { message: error.message } } : reply
}

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

/** Client credentials for an API behind a gateway that asks for a key. */
export const gateway: Provider = {
  ...declared,
  own_settings: gatewaySettings.described,
  errorReply,
  routes: [...gatewayRoutes, { method: 'POST', path: '/v1/auth/token', endpoint: 'token', query: [], handle: directToken }],
  collection: gatewayCollection,
}
