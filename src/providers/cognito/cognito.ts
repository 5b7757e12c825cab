import { randomUUID } from 'node:crypto'
import { randomLowerCase } from '../../basics/random.ts'
import { codeOnly } from '../code-only.ts'
import type { Provider } from '../provider.ts'
import { cognitoAccountPages } from './account-pages.ts'
import { apiRoutes } from './api/route.ts'
import { cognitoCollection } from './collection.ts'
import { errorReply, tokenReply } from './errors.ts'
import { cognitoGrants, scopeOf } from './grants.ts'
import { callbackWording, cognitoRedirects, logout, revocable } from './hosted-ui.ts'
import { cognitoHosts } from './hosts.ts'
import { cognitoPages, cognitoTexts } from './pages.ts'
import { cognitoKeys, cognitoTokens, keyId } from './tokens.ts'
import { apiScopes, cognitoWorld, domainPrefix, poolId } from './world.ts'

const [apiHost = '', issuerHost = '', ...pageHosts] = cognitoHosts
const pages = [`${domainPrefix}.auth.us-east-1.amazoncognito.com`, ...pageHosts]
const api = [apiHost.replace('*', 'us-east-1'), apiHost, issuerHost]

type Document = Readonly<Record<string, unknown>>

/** The same with the endpoints of a pool beside the first. */
function ofPool(document: Document, pool: string | undefined): Document {
  const moved = ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'revocation_endpoint', 'end_session_endpoint'].map(
    (name) => [name, String(document[name]).replace(/\/(?:oauth2\/\w+|logout)$/, `/${pool}$&`)],
  )
  return { ...document, ...Object.fromEntries(moved) }
}

/** In the vendor's order, with what it has. */
function discoveryOf(document: Document): Record<string, unknown> {
  return {
    authorization_endpoint: document.authorization_endpoint,
    end_session_endpoint: document.end_session_endpoint,
    id_token_signing_alg_values_supported: ['RS256'],
    issuer: document.issuer,
    jwks_uri: document.jwks_uri,
    response_types_supported: ['code', 'token'],
    revocation_endpoint: document.revocation_endpoint,
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    token_endpoint: document.token_endpoint,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    userinfo_endpoint: document.userinfo_endpoint,
  }
}

/** Amazon Cognito user pools: the hosted UI with its OAuth endpoints, and the JSON API. */
export const cognito: Provider = {
  ...codeOnly,
  id: 'cognito',
  name: 'Amazon Cognito',
  hosts: cognitoHosts,
  endpoint_hosts: {
    issuer: api,
    jwks: api,
    authorize: pages,
    token: pages,
    userinfo: pages,
    revocation: pages,
    end_session: pages,
  },
  issuer_path: '/{pool}',
  // At the vendor's each pool has a host of its own; here one beside the first has its pages and endpoints below its id.
  editions: {
    pool: {
      issuer_path: '/{pool}',
      paths: {
        authorize: '/{pool}/oauth2/authorize',
        sign_in: '/{pool}/login',
        error: '/{pool}/error',
        token: '/{pool}/oauth2/token',
        userinfo: '/{pool}/oauth2/userInfo',
        revocation: '/{pool}/oauth2/revoke',
        end_session: '/{pool}/logout',
      },
    },
  },
  spaces: { pool: { default: poolId } },
  own_spaces: { part: 'pool' },
  paths: {
    authorize: '/oauth2/authorize',
    sign_in: '/login',
    error: '/error',
    token: '/oauth2/token',
    userinfo: '/oauth2/userInfo',
    revocation: '/oauth2/revoke',
    end_session: '/logout',
    jwks: '/{pool}/.well-known/jwks.json',
    discovery: ['openid-configuration'],
  },
  also: [{ authorize: '/authorize' }],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code', 'token'],
  response_modes: ['query', 'fragment'],
  open_apps: true,
  sessions: true,
  client_documents: false,
  auth_methods: ['client_secret_basic', 'client_secret_post', 'none'],
  sender_constraints: false,
  settings: { code_ttl: 300, session_ttl: 3600, auto_consent: true, signing_alg: 'RS256', json_token_requests: false },
  requests: {
    grants: cognitoGrants,
    secrets: ['UserCode', 'ConfirmationCode', 'SOFTWARE_TOKEN_MFA_CODE', 'SMS_MFA_CODE', 'EMAIL_OTP_CODE'],
    scope: scopeOf,
    logout,
    reads: ['logout_uri'],
    revocable,
    pkce_optional: true,
    challenge_methods: ['S256'],
    token_brings_id_token: true,
  },
  redirects: cognitoRedirects,
  scopes: [
    { name: 'openid', description: 'Who you are' },
    { name: 'email', description: 'Your e-mail address' },
    { name: 'phone', description: 'Your phone number' },
    { name: 'profile', description: 'Your name and profile' },
    { name: 'aws.cognito.signin.user.admin', description: 'Reading and changing your own account' },
    { name: apiScopes[0], description: 'Reading the demo data' },
    { name: apiScopes[1], description: 'Changing the demo data' },
  ],
  ids: {
    client_id: () => randomLowerCase(26),
    client_secret: () => randomLowerCase(52),
    app_id: () => `app_${randomLowerCase(16)}`,
    user_id: randomUUID,
  },
  tokens: cognitoTokens,
  signing_algs: ['RS256'],
  kid: keyId,
  keys: cognitoKeys,
  texts: cognitoTexts,
  sign_in: cognitoPages,
  account_pages: cognitoAccountPages,
  errorReply,
  tokenReply,
  revocationReply: { status: 200 },
  callbackWording,
  discovery: (said, { space }) => discoveryOf(space?.path.pool === poolId ? said : ofPool(said, space?.path.pool)),
  json_types: ['application/x-amz-json-1.1', 'application/x-amz-json-1.0'],
  sends_messages: true,
  routes: apiRoutes,
  world: cognitoWorld,
  collection: cognitoCollection,
}
