import { randomUUID } from 'node:crypto'
import { given } from '../../basics/given.ts'
import type { Endpoint } from '../../oauth/model/endpoint.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import type { Context } from '../../oauth/realm/context.ts'
import type { ErrorSituation, Reply } from '../provider.ts'
import { aadsts, deviceNumberOf, numberOf } from './aadsts.ts'
import { graphError } from './graph-error.ts'
import { hasSpa } from './redirects.ts'
import { entraSettings } from './settings.ts'

/** A refusal with a number of the vendor's own. @param about what its text names */
export function refuse(number: number, explanation: string, about: OAuthError['about'] = {}): OAuthError {
  const { code = 'invalid_request', text = '' } = aadsts[number] ?? {}
  return new OAuthError(code, text, explanation).naming({ ...about, aadsts: String(number) })
}

/** Which of the vendor's errors it is. */
function numberFor(error: OAuthError, { grant_type, context }: Pick<ErrorSituation, 'grant_type' | 'context'>): number {
  const own = error.about.aadsts
  if (own !== undefined) return Number(own)
  const inDevice = grant_type?.endsWith('device_code') === true ? deviceNumberOf : {}
  const { reason = error.code } = error
  if (reason === 'refresh_expired' && isSpaOnly(context)) return 700084
  if (reason === 'redirect_unregistered' && clientOf(context)?.app.redirect_uris.length === 0) return 500113
  if (reason === 'response_type_not_allowed' && error.about.response_type === 'token') return 700051
  return inDevice[reason] ?? numberOf[reason] ?? numberOf[error.code] ?? 9002313
}

function clientOf(context: Context | undefined) {
  const { client_id } = context?.trace ?? {}
  return client_id === undefined ? undefined : context?.realm.store.findClient(client_id)
}

function isSpaOnly(context: Context | undefined): boolean {
  const client = clientOf(context)
  return client !== undefined && hasSpa(client)
}

const missingNames: Readonly<Record<string, string>> = {
  grant_type_missing: 'grant_type',
  body_empty: 'grant_type',
  body_not_form: 'grant_type',
  response_type_missing: 'response_type',
  nonce_missing: 'nonce',
  client_missing: 'client_id',
}

/** What texts may name. */
function valuesOf(error: OAuthError, { grant_type, context }: Pick<ErrorSituation, 'grant_type' | 'context'>): Record<string, string> {
  const { client_id } = context?.trace ?? {}
  const parameter = missingNames[error.reason ?? '']
  const known = {
    grant_type,
    client_id,
    parameter,
    name: clientOf(context)?.app.name,
    tenant: context?.space?.asked.tenant,
    resource: '00000003-0000-0000-c000-000000000000',
    issued: context === undefined ? undefined : new Date(context.realm.clock.now() - 90 * 86_400_000).toISOString(),
    why: '',
    allowed: error.headers.Allow?.replace(', OPTIONS', ''),
  }
  // Where a scope is Graph's and the vendor has one of its own.
  return { ...given(known), ...error.about, EmailHidden: '{EmailHidden}' } as Record<string, string>
}

/** What every error of the vendor's tells of the request, as its members are named. */
export interface Described {
  error: string
  error_description: string
  error_codes: number[]
  timestamp: string
  trace_id: string
  correlation_id: string
  error_uri: string
  suberror?: string | undefined
  /** What the client is to ask for in its user's next sign-in. */
  claims?: string | undefined
}

/** An error with its number, text, ids and time, members in the vendor's order. */
export function describe(error: OAuthError, settings: Settings, situation: Pick<ErrorSituation, 'grant_type' | 'context'>): Described {
  const number = numberFor(error, situation)
  const { code, error: own, text, suberror } = aadsts[number] ?? { code: error.code, text: error.message }
  const { context } = situation
  const values = valuesOf(error, situation)
  const filled = text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
  const trace_id = randomUUID()
  const correlation_id = context === undefined ? randomUUID() : correlationOf(context)
  const timestamp = `${new Date(context?.realm.clock.now() ?? 0).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const lines = [`AADSTS${number}: ${filled}`, `Trace ID: ${trace_id}`, `Correlation ID: ${correlation_id}`, `Timestamp: ${timestamp}`]
  return {
    error: wireError(error, own ?? code, situation.grant_type),
    error_description: lines.join(entraSettings.of(settings).error_separator),
    error_codes: [number],
    timestamp,
    trace_id,
    correlation_id,
    error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    suberror: error.about.suberror ?? suberror,
    claims: error.about.claims,
  }
}

/** A fault or a refusal in the device flow may be said under another name than its number has. */
function wireError(error: OAuthError, usual: string, grant_type: string | undefined): string {
  if (error.code === 'access_denied' && grant_type?.endsWith('device_code') === true) return 'authorization_declined'
  if (error.code === 'consent_required' || error.code === 'interaction_required') return error.code
  return usual
}

/** The id that the client gave its request, in whatever place; one of our own when it gave none. */
function correlationOf({ transport, parameters }: Context): string {
  const name = 'client-request-id'
  return transport?.header(name) ?? transport?.query(name) ?? parameters?.[name] ?? randomUUID()
}

/** Seconds after which a client that was too quick, or a service that failed, is asked again. */
const retryAfter = '10'

/** The vendor's errors: those of sign-in and tokens with AADSTS numbers, those of Graph in an envelope. */
export function entraErrorReply(error: OAuthError, endpoint: Endpoint, settings: Settings, situation: ErrorSituation): Reply {
  if (endpoint === 'userinfo' || (endpoint === 'api' && error.about.aadsts === undefined)) return graphError(error, situation)
  const body = describe(error, settings, situation)
  const isClient = body.error === 'invalid_client'
  const status = isClient ? 401 : error.status >= 429 ? error.status : 400
  if (endpoint === 'discovery' && error.reason === 'space_unknown') body.error = 'invalid_tenant'
  // RFC 6749's challenge to a client is not the vendor's; a fault's headers are what its test asked for.
  const { 'WWW-Authenticate': _, ...others } = error.headers
  const headers = {
    'x-ms-request-id': body.trace_id,
    'content-type': 'application/json; charset=utf-8',
    ...(status >= 429 && { 'Retry-After': retryAfter }),
    ...others,
  }
  return { status, headers, body }
}
