import { tlsClientAuth } from '../oauth/clients/methods/certificate.ts'
import { clientAuthMethods } from '../oauth/clients/methods/registry.ts'
import { jwtBearerType } from '../oauth/model/grant-names.ts'
import type { Provider } from '../providers/provider.ts'
import { type SandboxSettings, settingsOf } from './settings.ts'

interface Rule {
  idle: (provider: Provider, settings: SandboxSettings) => boolean
  why: string
  settings: readonly (keyof SandboxSettings)[]
}

const hasIdTokens = ({ scopes }: Provider, { strictness }: SandboxSettings) =>
  strictness === 'lenient' || scopes.some(({ name }) => name === 'openid')
const follows = ({ tokens }: Provider, name: keyof SandboxSettings) =>
  [tokens.access, tokens.refresh].some(({ settings = [] }) => settings.some((one) => one === name))

/** When settings have no effect. What is not here has one in every sandbox. */
const rules: readonly Rule[] = [
  {
    idle: ({ grant_types }) => !grant_types.includes('refresh_token'),
    why: 'this provider has no refresh tokens',
    settings: ['refresh_token_ttl', 'rotation', 'rotation_grace'],
  },
  { idle: (_, { rotation }) => rotation !== 'strict', why: 'rotation is not strict', settings: ['rotation_grace'] },
  {
    idle: ({ grant_types }) => !grant_types.includes('authorization_code'),
    why: 'this provider has no codes',
    settings: ['code_ttl', 'code_format'],
  },
  {
    idle: (provider, settings) => !hasIdTokens(provider, settings),
    why: 'this provider has no ID tokens',
    settings: ['id_token_ttl', 'id_token_signing_alg', 'scope_claims_in_id_token'],
  },
  {
    idle: ({ paths }) => paths.device_authorization === undefined,
    why: 'this provider has no device flow',
    settings: ['device_code_ttl', 'device_interval'],
  },
  {
    idle: ({ paths }) => paths.backchannel_authentication === undefined,
    why: 'this provider has no backchannel authentication',
    settings: ['backchannel_ttl', 'backchannel_interval'],
  },
  { idle: ({ sessions }) => sessions !== true, why: 'this provider has no sessions', settings: ['session_ttl', 'auto_consent'] },
  { idle: ({ sessions }) => sessions === true, why: 'this provider asks for consent (auto_consent)', settings: ['auto_continue'] },
  {
    idle: ({ sender_constraints }) => sender_constraints === false,
    why: 'this provider binds no tokens to keys',
    settings: ['dpop_nonce'],
  },
  {
    idle: ({ auth_methods = clientAuthMethods }) => !auth_methods.includes(tlsClientAuth.name),
    why: 'clients of this provider do not authenticate with certificates',
    settings: ['trusted_client_ca'],
  },
  {
    idle: ({ paths }) => paths.registration === undefined,
    why: 'clients of this provider do not register themselves',
    settings: ['registration', 'registration_token'],
  },
  { idle: ({ paths }) => paths.jwks === undefined, why: 'this provider publishes no keys', settings: ['x5c'] },
  { idle: ({ paths }) => paths.discovery === undefined, why: 'this provider has no discovery', settings: ['alias_path'] },
  { idle: (_, { registration }) => registration !== 'token', why: 'registration is not token', settings: ['registration_token'] },
  {
    idle: ({ grant_types, paths }) => !grant_types.includes(jwtBearerType) && paths.backchannel_authentication === undefined,
    why: 'this provider takes no assertions about users',
    settings: ['assertion_issuers'],
  },
  {
    idle: (provider) => !follows(provider, 'access_token_format'),
    why: "this provider's access tokens have one form",
    settings: ['access_token_format'],
  },
  {
    idle: (provider, settings) =>
      !follows(provider, 'signing_alg') && (provider.signing_algs.includes('RS256') || !hasIdTokens(provider, settings)),
    why: "this provider's tokens have an algorithm of their own, or none",
    settings: ['signing_alg'],
  },
]

/** What a sandbox set and has no effect, a sentence each. */
export function idleSettings({ provider, settings }: { provider: Provider; settings: SandboxSettings }): string[] {
  const unsaid = settingsOf(provider, {})
  const said = (name: keyof SandboxSettings) => JSON.stringify(settings[name]) !== JSON.stringify(unsaid[name])
  const noted = rules.flatMap(({ idle, why, settings: names }) =>
    idle(provider, settings) ? names.filter(said).map((name) => [name, why] as const) : [],
  )
  return [...new Map(noted.toReversed()).entries()].toReversed().map(([name, why]) => `The setting ${name} is without effect: ${why}`)
}
