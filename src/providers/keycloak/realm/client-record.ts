import { given } from '../../../basics/given.ts'
import type { NewClient } from '../../../oauth/clients/rulebook.ts'
import type { AppDraft } from '../../../oauth/model/directory.ts'
import { cibaType, deviceCodeType, jwtBearerType, tokenExchangeType } from '../../../oauth/model/grant-names.ts'
import type { Client, ClientMetadata } from '../../../oauth/model/records.ts'
import { newSecret } from '../ids.ts'
import type { ClientData } from './representations.ts'

/** What our own record holds of a client. */
export interface ClientRecord {
  id: string
  clientId: string
  secret?: string | undefined
  redirectUris: readonly string[]
}

/** The attributes that let a client use a grant type. */
const grantAttributes: Readonly<Record<string, string>> = {
  'oauth2.device.authorization.grant.enabled': deviceCodeType,
  'oidc.ciba.grant.enabled': cibaType,
  'standard.token.exchange.enabled': tokenExchangeType,
  'oauth2.jwt.authorization.grant.enabled': jwtBearerType,
}

function grantTypes(data: ClientData): string[] {
  if (data.bearerOnly) return []
  const extended = Object.entries(grantAttributes).flatMap(([name, type]) => (data.attributes[name] === 'true' ? [type] : []))
  return [
    ...(data.standardFlowEnabled ? ['authorization_code'] : []),
    ...(data.implicitFlowEnabled ? ['implicit'] : []),
    ...(data.directAccessGrantsEnabled ? ['password'] : []),
    ...(data.serviceAccountsEnabled ? ['client_credentials'] : []),
    'refresh_token',
    ...extended,
  ]
}

const authMethods: Readonly<Record<string, string>> = {
  'client-secret': 'client_secret_basic',
  'client-jwt': 'private_key_jwt',
  'client-secret-jwt': 'client_secret_jwt',
  'client-x509': 'tls_client_auth',
}

/** The registered metadata that attributes stand for. */
const metadataAttributes: Readonly<Record<string, string>> = {
  'backchannel.logout.url': 'backchannel_logout_uri',
  'frontchannel.logout.url': 'frontchannel_logout_uri',
  'id.token.signed.response.alg': 'id_token_signed_response_alg',
  'user.info.response.signature.alg': 'userinfo_signed_response_alg',
  'authorization.signed.response.alg': 'authorization_signed_response_alg',
  'request.object.signature.alg': 'request_object_signing_alg',
  'token.endpoint.auth.signing.alg': 'token_endpoint_auth_signing_alg',
  'x509.subjectdn': 'tls_client_auth_subject_dn',
  'ciba.backchannel.token.delivery.mode': 'backchannel_token_delivery_mode',
  'ciba.backchannel.client.notification.endpoint': 'backchannel_client_notification_endpoint',
  'jwks.url': 'jwks_uri',
}

const switches: Readonly<Record<string, string>> = {
  'dpop.bound.access.tokens': 'dpop_bound_access_tokens',
  'tls.client.certificate.bound.access.tokens': 'tls_client_certificate_bound_access_tokens',
  'require.pushed.authorization.requests': 'require_pushed_authorization_requests',
  'frontchannel.logout.session.required': 'frontchannel_logout_session_required',
}

function metadataOf({ attributes, consentRequired }: ClientData, redirectUris: readonly string[]): ClientMetadata {
  const said = Object.entries(metadataAttributes).flatMap(([name, member]) => {
    const value = attributes[name]
    return value === undefined || value === '' || value === 'any' ? [] : [[member, value]]
  })
  const switched = Object.entries(switches).flatMap(([name, member]) => (attributes[name] === 'true' ? [[member, true]] : []))
  const after = (attributes['post.logout.redirect.uris'] ?? '').split('##').filter((uri) => uri !== '' && uri !== '-')
  const post_logout_redirect_uris = [...new Set(after.flatMap((uri) => (uri === '+' ? redirectUris : [uri])))]
  return given({
    ...Object.fromEntries([...said, ...switched]),
    jwks: keysIn(attributes['jwks.string']),
    post_logout_redirect_uris: post_logout_redirect_uris.length === 0 ? undefined : post_logout_redirect_uris,
    consent_required: consentRequired ? true : undefined,
  })
}

function keysIn(text: string | undefined): ClientMetadata['jwks'] {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A redirect URI that begins with a slash is below the client's root. */
function resolved(uri: string, { rootUrl }: ClientData): string {
  return uri.startsWith('/') && rootUrl !== undefined && /^https?:/.test(rootUrl) ? rootUrl.replace(/\/$/, '') + uri : uri
}

/** The app of a client: each has one of its own. */
export function appOf({ id, clientId, redirectUris }: ClientRecord, data: ClientData): Omit<AppDraft, 'created_at' | 'mobile_store_links'> {
  return {
    app_id: id,
    name: data.name === undefined || data.name === '' || data.name.startsWith('$') ? clientId : data.name,
    description: data.description ?? '',
    icon: null,
    scopes: ['openid', ...data.defaultClientScopes, ...data.optionalClientScopes],
    redirect_uris: redirectUris.map((uri) => resolved(uri, data)),
  }
}

/** A client as our own record has it. */
export function recordOf(record: ClientRecord, data: ClientData): NewClient {
  const method = data.publicClient ? 'none' : (authMethods[data.clientAuthenticatorType] ?? 'client_secret_basic')
  const hasSecret = method.startsWith('client_secret')
  const redirects = record.redirectUris.map((uri) => resolved(uri, data))
  return {
    client_id: record.clientId,
    client_secret: hasSecret ? (record.secret ?? newSecret()) : null,
    token_endpoint_auth_method: method,
    grant_types: grantTypes(data),
    metadata: metadataOf(data, redirects),
  }
}

/** What stays of a record when more is said of its client. */
export function recordIn({ app, client_id, client_secret }: Client): ClientRecord {
  return { id: app.app_id, clientId: client_id, secret: client_secret ?? undefined, redirectUris: app.redirect_uris }
}
