import { generateKeyPairSync } from 'node:crypto'
import Provider from 'oidc-provider'
import { listening } from './listening.js'

const jwt = process.env.FORMAT === 'jwt'
/** What ID tokens are signed with: RS256 is its default. */
const alg = process.env.ID_TOKEN_ALG ?? 'RS256'
const jwkOf = (alg, { privateKey }) => ({ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg, kid: alg })
const keys = [
  jwkOf('ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  jwkOf('RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })),
]
const resource = 'urn:bench'
const provider = new Provider('http://127.0.0.1', {
  jwks: { keys },
  cookies: { keys: ['bench'] },
  clients: [
    {
      client_id: 'bench',
      client_secret: 'bench-secret',
      grant_types: ['client_credentials', 'refresh_token', 'authorization_code'],
      redirect_uris: ['http://localhost:3000/callback'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
      id_token_signed_response_alg: alg,
    },
  ],
  scopes: ['openid', 'offline_access', 'read'],
  findAccount: async (_context, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  // A client of its own asks for PKCE as ours does.
  pkce: { required: () => true },
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId })
    grant.addOIDCScope('openid offline_access read')
    await grant.save()
    return grant
  },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: jwt,
      defaultResource: () => (jwt ? resource : undefined),
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: 'read', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } }, audience: resource }),
    },
  },
})
provider.use(async (context, next) => {
  if (!context.path.startsWith('/interaction/')) return next()
  await provider.interactionFinished(context.req, context.res, { login: { accountId: 'alice' } }, { mergeWithLastSubmission: false })
  context.respond = false
})
const server = provider.listen(0, '127.0.0.1', () => listening(server.address().port))
