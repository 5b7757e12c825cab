import type { SandboxSettings } from './settings.ts'

/** Under which headings people look for settings, in the order in which they stand there. */
export const settingGroups = {
  lives: 'How long things live',
  rules: 'What is let pass',
  users: 'Signing in',
  tokens: 'Tokens and claims',
  keys: 'Signatures',
  clients: 'Clients and APIs',
  addresses: 'Addresses',
  journal: 'The journal',
} as const

type Group = keyof typeof settingGroups

const groups: Readonly<Record<keyof SandboxSettings, Group>> = {
  access_token_ttl: 'lives',
  refresh_token_ttl: 'lives',
  code_ttl: 'lives',
  id_token_ttl: 'lives',
  device_code_ttl: 'lives',
  device_interval: 'lives',
  backchannel_ttl: 'lives',
  backchannel_interval: 'lives',
  session_ttl: 'lives',
  reported_expires_in: 'lives',
  strictness: 'rules',
  redirect_uri_match: 'rules',
  json_token_requests: 'rules',
  query_token_requests: 'rules',
  require_pushed_authorization_requests: 'rules',
  dpop_nonce: 'rules',
  acr_values: 'rules',
  auto_sign_in: 'users',
  auto_continue: 'users',
  auto_consent: 'users',
  rotation: 'tokens',
  rotation_grace: 'tokens',
  access_token_format: 'tokens',
  code_format: 'tokens',
  claims: 'tokens',
  claims_when: 'tokens',
  claims_in_access_token: 'tokens',
  scope_claims_in_id_token: 'tokens',
  signing_alg: 'keys',
  id_token_signing_alg: 'keys',
  signing_secret: 'keys',
  x5c: 'keys',
  registration: 'clients',
  registration_token: 'clients',
  assertion_issuers: 'clients',
  trusted_client_ca: 'clients',
  resources: 'clients',
  apis: 'clients',
  documents: 'clients',
  outbound: 'clients',
  issuer: 'addresses',
  public_url: 'addresses',
  internal_url: 'addresses',
  alias_path: 'addresses',
  show_secrets: 'journal',
}

/** The group of a setting; undefined for a vendor's own, which is in none of these. */
export function groupOf(name: string): Group | undefined {
  return Object.hasOwn(groups, name) ? groups[name as keyof SandboxSettings] : undefined
}
