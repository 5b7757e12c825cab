import { randomUUID } from 'node:crypto'
import { scopes } from '../../oauth/model/scope.ts'
import type { IssuedTokens, TokenMaterial } from '../../oauth/model/token-profile.ts'
import type { CallbackWording } from '../../oauth/realm/context.ts'
import type { Provider, Reply } from '../provider.ts'
import { describe } from './errors.ts'
import { policyOf } from './id-token.ts'
import { redirectTypeOf } from './redirects.ts'
import { manifestOf } from './settings.ts'
import { tenantFor } from './tenants.ts'
import { clientInfo } from './tokens.ts'

/** The scopes that an answer tells: all but the one that asks for a refresh token. */
function toldScope(scope: string): string {
  return scopes(scope)
    .filter((one) => one !== 'offline_access' && !one.endsWith('.default'))
    .join(' ')
}

/** The answer of the token endpoint, members in the vendor's order; the older version writes numbers as texts. */
export function entraTokenResponse(issued: IssuedTokens, material: TokenMaterial): Record<string, unknown> {
  const { user, scope, space, expires_in = 0, access_token, refresh_token, id_token, client, grant, parameters } = issued
  const tid = tenantFor(space, user)
  const info = user !== undefined && asks(parameters?.client_info) ? clientInfo(user, tid) : undefined
  const ofUser = { refresh_token, id_token, client_info: info }
  if (space?.edition === 'v1') return { ...firstMembers(issued), ...ofUser }
  const isSpa = redirectTypeOf(client, grant, material) === 'spa'
  return {
    token_type: 'Bearer',
    scope: user === undefined ? undefined : toldScope(scope),
    expires_in,
    ext_expires_in: expires_in,
    access_token,
    refresh_token,
    refresh_token_expires_in: isSpa ? issued.refresh_expires_in : undefined,
    id_token,
    client_info: info,
    foci: refresh_token !== undefined && manifestOf(client, material.settings).foci === true ? '1' : undefined,
  }
}

function firstMembers({ user, scope, expires_in = 0, issued_at, aud, access_token }: IssuedTokens): Record<string, unknown> {
  return {
    token_type: 'Bearer',
    scope: user === undefined ? undefined : toldScope(scope),
    expires_in: String(expires_in),
    ext_expires_in: String(expires_in),
    expires_on: String(issued_at + expires_in),
    not_before: String(issued_at - 300),
    resource: aud?.[0],
    access_token,
  }
}

function asks(client_info: string | undefined): boolean {
  return client_info === '1'
}

/** The headers of an answer with tokens. */
export function entraTokenReply(members: Record<string, unknown>): Reply {
  const id = randomUUID()
  const headers = {
    'cache-control': 'no-store, no-cache',
    expires: '-1',
    'content-type': 'application/json; charset=utf-8',
    'x-ms-request-id': id,
    'x-ms-ests-server': '2.1.0 - grantbox',
    p3p: 'CP="DSP CUR OTPi IND OTRi ONL FIN"',
  }
  return { status: 200, headers, body: members }
}

/** What a client is told at its redirect URI. */
export const entraCallback: CallbackWording = ({ parameters, user, grant, error }, context) => {
  const { iss: _, state, code, id_token, ...others } = parameters
  if (error !== undefined) {
    if (policyOf(context) !== '') return flowError(parameters, error.about.flow)
    const { trace, realm } = context
    const told = describe(error, realm.settings, { grant_type: trace.grant_type, context })
    return {
      error: told.error,
      error_description: told.error_description,
      error_uri: told.error_uri,
      error_subcode: subcode(error.reason),
      state,
    }
  }
  const tid = tenantFor(context.space, user)
  const info = user !== undefined && asks(grant?.details.parameters?.client_info) ? clientInfo(user, tid) : undefined
  return { code, id_token, ...others, client_info: info, state, session_state: grant?.details.sid }
}

/** The user pressed Cancel. */
function subcode(reason: string | undefined): string | undefined {
  return reason === 'consent_denied' ? 'cancel' : undefined
}

/** A user flow of B2C has numbers of its own. */
function flowError({ error, error_description, state }: Readonly<Record<string, string | undefined>>, told: string | undefined) {
  const cancelled = 'AADB2C90091: The user has cancelled entering self-asserted information.'
  const text = told ?? (error === 'access_denied' ? cancelled : `AADB2C: ${error_description}`)
  return { error, error_description: `${text}\r\nCorrelation ID: ${randomUUID()}\r\n`, state }
}

/** What a device is answered: a sentence for its user, and no address with the code in it. */
export const entraDeviceReply: NonNullable<Provider['deviceReply']> = ({
  user_code,
  device_code,
  verification_uri,
  expires_in,
  interval,
}) => ({
  user_code,
  device_code,
  verification_uri,
  expires_in,
  interval,
  message: `To sign in, use a web browser to open the page ${verification_uri} and enter the code ${user_code} to authenticate.`,
})
