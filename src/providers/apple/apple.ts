import { randomDigit, randomFrom, randomText } from '../../basics/random.ts'
import { charactersOf } from '../data/alphabet.ts'
import type { Provider } from '../provider.ts'
import { standard } from '../standard/standard.ts'
import { appleQuestions } from './accounts.ts'
import { appleSecrets, newKey } from './client-secret.ts'
import { appleCollection } from './collection.ts'
import { appleDiscovery } from './discovery.ts'
import { appleError } from './errors.ts'
import { appleEvents } from './events.ts'
import { applePages, appleTexts } from './pages.ts'
import { appleCallback, appleRequests } from './requests.ts'
import { appleSettings } from './settings.ts'
import { appleKeys, appleKid, appleTokens } from './tokens.ts'
import { transferRoutes } from './transfers.ts'
import { appleWorld } from './world.ts'

const digits = (length: number) => Array.from({ length }, () => randomDigit(10)).join('')

/** Sign in with Apple: secrets that clients make of keys, answers that are posted, and users who hide their address. */
export const apple: Provider = {
  ...standard,
  id: 'apple',
  name: 'Apple',
  hosts: ['appleid.apple.com'],
  paths: {
    authorize: '/auth/authorize',
    token: '/auth/token',
    revocation: '/auth/revoke',
    jwks: '/auth/keys',
    discovery: ['openid-configuration'],
  },
  grant_types: ['authorization_code', 'refresh_token', 'implicit', 'client_credentials'],
  client_documents: false,
  sender_constraints: false,
  auth_methods: ['client_secret_post'],
  client_secrets: appleSecrets,
  requests: appleRequests,
  response_types: ['code', 'code id_token'],
  response_modes: ['query', 'fragment', 'form_post', 'web_message'],
  response_iss: false,
  settings: {
    access_token_ttl: 3600,
    id_token_ttl: 86_400,
    refresh_token_ttl: 0,
    code_ttl: 300,
    rotation: 'off',
    signing_alg: 'RS256',
    json_token_requests: false,
  },
  own_settings: appleSettings.described,
  scopes: [
    { name: 'openid', description: 'Who you are' },
    { name: 'name', description: 'Your name' },
    { name: 'email', description: 'Your e-mail address' },
  ],
  ids: {
    client_id: () => `com.example.${randomFrom(charactersOf('lower'), 12)}`,
    client_secret: newKey,
    app_id: () => `app_${randomText(16)}`,
    user_id: () => `${digits(6)}.${randomFrom(charactersOf('hex'), 32)}.${digits(4)}`,
  },
  tokens: appleTokens,
  signing_algs: ['RS256'],
  kid: appleKid,
  keys: appleKeys,
  texts: appleTexts,
  sign_in: applePages,
  consent_questions: appleQuestions,
  user_events: appleEvents,
  errorReply: appleError,
  callbackWording: appleCallback,
  discovery: appleDiscovery,
  revocationReply: { status: 200 },
  routes: transferRoutes,
  world: appleWorld,
  collection: appleCollection,
}
